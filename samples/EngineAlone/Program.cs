using WorkerStreams.Engine;

using var engine = new InProcessStreamEngine();
StreamName orders = "orders", billing = "billing";

// Asked for twice, as by a publisher that has not heard the first answer.
var order = new AppendEntry(EntryFields.Of(("number", "A-1")));
var first = await engine.AppendOnceAsync(orders, order, IdempotencyKey.Of("shop", "A-1"));
var second = await engine.AppendOnceAsync(orders, order, IdempotencyKey.Of("shop", "A-1"));
Console.WriteLine($"the same entry: {first == second}, of {await engine.GetLengthAsync(orders)}");

await engine.CreateGroupAsync(orders, billing, GroupPosition.Beginning);
var read = new ReadGroupRequest
{
    Group = billing,
    Consumer = "one",
    Streams = [new(orders, ReadPosition.Undelivered)],
    ClaimMinIdle = TimeSpan.FromMinutes(1),
};
StreamEntryId id;
using (var batch = await engine.ReadGroupAsync(read))
    id = Show(read.Consumer, batch);

// It could not be handled: whoever reads next with a minimum idle time, whatever it is, gets it before all else.
await engine.NackAsync(new() { Stream = orders, Group = billing, Ids = new[] { id }, Mode = NackMode.Fail });
read = read with { Consumer = "two" };
using (var batch = await engine.ReadGroupAsync(read))
    Show(read.Consumer, batch);

// Done with, and gone from the stream, unless another group has yet to be done with it.
var outcomes = new DeletionOutcome[1];
await engine.AcknowledgeAndDeleteAsync(orders, billing, new[] { id }, EntryReferences.OnlyAcknowledged, outcomes);
Console.WriteLine($"{outcomes[0]}, of {await engine.GetLengthAsync(orders)}");

// All of it under another name, with its group, and once more from bytes.
StreamName archive = "archive", restored = "restored";
await engine.RenameAsync(orders, archive);
var dump = await engine.DumpAsync(archive);
await engine.RestoreAsync(restored, dump);
Console.WriteLine($"streams: {string.Join(", ", engine.GetKeys().Order())}; groups: {(await engine.GetGroupsAsync(restored)).Count}");

static StreamEntryId Show(StreamName consumer, EntryBatch batch)
{
    var entry = batch.Entries[0];
    Console.WriteLine($"{consumer} has {entry.Fields}, delivery {entry.DeliveryCount}");
    return entry.Id;
}
