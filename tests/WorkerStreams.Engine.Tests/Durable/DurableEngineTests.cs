using WorkerStreams.Engine.Contract.Durable;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>What an engine with a folder says when the disk does not do its part.</summary>
public sealed class DurableEngineTests
{
    private static readonly StreamName Orders = "orders";
    private static readonly StreamName Group = "g";

    private readonly MemoryFolder _folder = new();

    [Fact]
    public async Task On_a_full_disk_nothing_is_appended_and_what_was_delivered_is_acknowledged()
    {
        using var engine = Open(_folder);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        await AppendAsync(engine);
        using var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)] });
        _folder.Before = static (call, name) =>
        {
            if (call == "create" && name.StartsWith("segment", StringComparison.Ordinal))
                throw new IOException("No space left on device");
        };

        var full = await Assert.ThrowsAsync<StreamEngineException>(async () =>
        {
            while (true)
                await AppendAsync(engine);
        });
        Assert.Equal((StreamErrorCode.DiskFull, false), (full.Code, full.MayHaveTakenEffect));
        var length = await engine.GetLengthAsync(Orders);
        Assert.Equal(1, await engine.AcknowledgeAsync(Orders, Group, new[] { read.Entries[0].Id }));

        using var again = Open(_folder.Kill());
        Assert.Equal(length, await again.GetLengthAsync(Orders));
        Assert.Equal(0, (await again.GetPendingSummaryAsync(Orders, Group)).Count);
    }

    [Fact]
    public async Task After_a_failed_flush_nothing_changes_any_more_and_what_had_returned_is_there_the_next_time()
    {
        using var engine = Open(_folder);
        var stored = await AppendAsync(engine);
        _folder.Before = static (call, _) =>
        {
            if (call == "flush")
                throw new IOException("Input/output error");
        };
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(engine))).Code);
        _folder.Before = null;
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(engine))).Code);

        using var again = Open(_folder.Crash(chance: null));
        using var entries = await again.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal([stored], entries.Entries.ToArray().Select(static entry => (StreamEntryId?)entry.Id));
    }

    [Fact]
    public async Task Numbers_that_a_checkpoint_knows_are_not_given_again_where_the_records_after_it_are_gone()
    {
        var journal = new MemoryJournal();
        using (var engine = new InProcessStreamEngine(new(), replay => journal.Open(replay)))
        {
            await AppendAsync(engine);
            var since = journal.LastSequence;
            await AppendAsync(engine);
            journal.Keep(since, [.. engine.GetCheckpoint(partBytes: 1).GetParts().Select(static part => part.ToArray())]);
        }
        journal.CutAfter(1);

        using (var engine = new InProcessStreamEngine(new(), replay => journal.Open(replay)))
            await AppendAsync(engine);
        using var last = new InProcessStreamEngine(new(), replay => journal.Open(replay));
        Assert.Equal(3, await last.GetLengthAsync(Orders));
    }

    private static InProcessStreamEngine Open(MemoryFolder folder) =>
        new(new(), replay => FileJournal.Open(folder, OpenJournal.OptionsFor(FlushPolicy.Always, segmentBytes: 8192), replay));

    private static async Task<StreamEntryId?> AppendAsync(InProcessStreamEngine engine) =>
        await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("number", new string('1', 100)))));
}
