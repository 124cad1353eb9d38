using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>Very many reads that wait with CLAIM for entries of one group.</summary>
public sealed class ClaimingWaitersTests
{
    private static readonly StreamName Orders = "orders", Group = "g";

    [Fact]
    public async Task What_becomes_old_enough_is_looked_for_once_for_all_of_them()
    {
        const int Waiters = 2_000;
        var time = new CountingTime();
        using var engine = new InProcessStreamEngine(new() { TimeProvider = time });
        var ids = await FillAsync(engine, entries: 1);
        var reads = Wait(engine, Waiters);
        var before = time.Looks;
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.InRange(time.Looks - before, Waiters, 20 * Waiters);
        await AreServedAsync(1);
        using (var served = await reads.Single(static read => read.IsCompleted))
            Assert.Equal(ids, served.Entries.ToArray().Select(static entry => entry.Id));

        // Whose alarm has rung in vain has set it anew.
        time.Advance(TimeSpan.FromMinutes(1));
        await AreServedAsync(2);

        Task AreServedAsync(int count) => Eventually.HoldsAsync(() => reads.Count(static read => read.IsCompleted) == count);
    }

    [Fact]
    public async Task Many_may_be_served_at_once()
    {
        const int Waiters = 30_000;
        // What each of them has to do with all the others would take far longer.
        var most = TimeSpan.FromSeconds(5);
        using var engine = new InProcessStreamEngine(new() { TimeProvider = new StillTime() });
        var ids = await FillAsync(engine, Waiters);
        var watch = Stopwatch.StartNew();
        var reads = Wait(engine, Waiters);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, most);
        watch.Restart();
        var handedBack = engine.NackAsync(new() { Stream = Orders, Group = Group, Mode = NackMode.Fail, Ids = ids });
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, most);
        Assert.Equal(Waiters, await handedBack);
        foreach (var read in reads)
            (await read).Dispose();
    }

    private static async Task<StreamEntryId[]> FillAsync(InProcessStreamEngine engine, int entries)
    {
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        for (var i = 0; i < entries; i++)
            await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("f", "v"))));
        using var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "c", Streams = [new(Orders, ReadPosition.Undelivered)] });
        return [.. read.Entries.ToArray().Select(static entry => entry.Id)];
    }

    private static Task<EntryBatch>[] Wait(InProcessStreamEngine engine, int count)
    {
        ReadGroupRequest request = new()
        {
            Group = Group, Consumer = "other", Streams = [new(Orders, ReadPosition.Undelivered)], Count = 1, ClaimMinIdle = TimeSpan.FromMinutes(1), Block = TimeSpan.Zero,
        };
        return [.. Enumerable.Range(0, count).Select(_ => engine.ReadGroupAsync(request).AsTask())];
    }

    private sealed class CountingTime : FakeTimeProvider
    {
        private int _looks;

        public int Looks => Volatile.Read(ref _looks);

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Increment(ref _looks);
            return base.GetUtcNow();
        }
    }

    // Its timers never come.
    private sealed class StillTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new StillTimer();
    }

    private sealed class StillTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
