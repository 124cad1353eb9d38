using WorkerStreams.Engine.Tests.Durable;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>How often streams have changed is counted as Redis counts it.</summary>
public sealed class ChangeCountTests
{
    private static readonly StreamName Orders = "orders", Group = "g";

    [Fact]
    public async Task What_a_read_delivers_or_claims_counts_once_and_what_was_delivered_before_not_at_all()
    {
        using var engine = new InProcessStreamEngine();
        await FillAsync(engine);
        Assert.Equal(4, engine.CountChanges());
        var read = new ReadGroupRequest { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)], Count = 2 };
        await CountsAsync(2, read);
        await CountsAsync(1, read);
        await CountsAsync(0, read);
        await CountsAsync(1, read with { ClaimMinIdle = TimeSpan.Zero });
        await CountsAsync(0, read with { Streams = [new(Orders, ReadPosition.After(default))] });

        async Task CountsAsync(long expected, ReadGroupRequest request)
        {
            var before = engine.CountChanges();
            (await engine.ReadGroupAsync(request)).Dispose();
            Assert.Equal(expected, engine.CountChanges() - before);
        }
    }

    [Fact]
    public async Task What_workers_do_in_one_step_counts_as_each_of_it()
    {
        using var engine = new InProcessStreamEngine();
        await FillAsync(engine);
        using var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)] });
        var (ids, before) = (read.Entries.ToArray().Select(static entry => entry.Id).ToArray(), engine.CountChanges());
        await engine.SettleAsync(
            new() { Stream = Orders, Group = Group, Owner = "alice", Settlements = new[] { Settlement.Acknowledge(ids[0]), Settlement.Acknowledge(ids[1]), Settlement.Renew(ids[2]), Settlement.Acknowledge(ids[0]) } },
            new SettlementOutcome[4]);
        Assert.Equal(3, engine.CountChanges() - before);
        await engine.MoveAsync(
            new() { Source = Orders, Destination = Orders, Entries = new[] { new MoveEntry(ids[0], EntryFields.Of(("a", "1"))), new MoveEntry(new(9, 9), EntryFields.Of(("a", "1"))) } },
            new StreamEntryId?[2]);
        Assert.Equal(5, engine.CountChanges() - before);
    }

    [Fact]
    public async Task What_is_made_again_at_a_start_does_not_count()
    {
        var folder = new MemoryFolder();
        using (var engine = OpenEngine.On(folder, new(), new()))
            await FillAsync(engine);
        using var again = OpenEngine.On(folder, new(), new());
        Assert.Equal(3, await again.GetLengthAsync(Orders));
        Assert.Equal(0, again.CountChanges());
    }

    private static async Task FillAsync(InProcessStreamEngine engine)
    {
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        for (var i = 0; i < 3; i++)
            await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("a", "1"))));
    }
}
