using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Ids by the clock where the machine crashes, which loses the last records that were appended, and its clock is set meanwhile.</summary>
public sealed class IdsAfterCrashTests
{
    private const int Lives = 30, AppendsPerLife = 30;

    private static readonly StreamName Orders = "orders";
    private static readonly StreamName Group = "g";
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(FlushPolicy.EverySecond)]
    [InlineData(FlushPolicy.Never)]
    public async Task None_is_given_twice(FlushPolicy policy)
    {
        var (chance, folder, seen, lost) = (new Random(1), new MemoryFolder(), new HashSet<StreamEntryId>(), 0);
        for (var life = 0; life < Lives; life++)
        {
            var time = new FakeTimeProvider(Noon + TimeSpan.FromSeconds(chance.Next(-100, 100)));
            using var engine = Open(folder, policy, time);
            lost += seen.Count - (int)await CountAsync(engine);
            for (var i = 0; i < AppendsPerLife; i++)
            {
                Assert.True(seen.Add(await AppendAsync(engine)), $"life {life}, append {i}");
                time.Advance(TimeSpan.FromMilliseconds(chance.Next(2) * chance.Next(1500)));
            }
            folder = folder.Crash(chance);
            // That one ends in order which has given none changes nothing.
            if (chance.Next(2) == 0)
                Open(folder, chance.Next(2) == 0 ? policy : FlushPolicy.Always, new(Noon)).Dispose();
        }
        Assert.True(lost > 0);
    }

    [Fact]
    public async Task That_of_a_dead_letter_is_not_given_twice()
    {
        var folder = new MemoryFolder();
        HashSet<StreamEntryId> seen = [];
        for (var life = 0; life < 5; life++)
        {
            using var engine = Open(folder, FlushPolicy.Never, new(Noon));
            await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
            await AppendAsync(engine);
            using var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)] });
            var outcomes = new SettlementOutcome[1];
            await engine.SettleAsync(
                new() { Stream = Orders, Group = Group, Owner = "alice", Settlements = new[] { Settlement.DeadLetter(read.Entries[0].Id, EntryFields.Of(("why", "none"))) }, DeadLetterStream = "{orders}:dead" },
                outcomes);
            Assert.Equal([SettlementOutcome.Done], outcomes);
            using var dead = await engine.RangeAsync("{orders}:dead", RangeBound.Min, RangeBound.Max);
            Assert.True(seen.Add(dead.Entries[0].Id));
            folder = folder.Crash(chance: null);
        }
    }

    [Fact]
    public async Task After_a_crash_they_are_ahead_of_the_clock_by_some_seconds_at_most_and_after_an_orderly_end_not_at_all()
    {
        var folder = new MemoryFolder();
        using (var engine = Open(folder, FlushPolicy.EverySecond, new(Noon)))
            Assert.Equal(Noon, TimeOf(await AppendAsync(engine)));
        var killed = Open(folder, FlushPolicy.EverySecond, new(Noon.AddSeconds(1)));
        Assert.Equal(Noon.AddSeconds(1), TimeOf(await AppendAsync(killed)));
        folder = folder.Kill();
        killed.Dispose();
        using var again = Open(folder, FlushPolicy.EverySecond, new(Noon.AddSeconds(2)));
        Assert.Equal(Noon.AddSeconds(11), TimeOf(await AppendAsync(again)));
    }

    [Fact]
    public async Task They_follow_the_clock_over_any_time()
    {
        var time = new FakeTimeProvider(Noon);
        using var engine = Open(new(), FlushPolicy.EverySecond, time);
        foreach (var step in (TimeSpan[])[TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(6), TimeSpan.FromDays(1)])
        {
            time.Advance(step);
            Assert.Equal(time.GetUtcNow(), TimeOf(await AppendAsync(engine)));
        }
    }

    [Fact]
    public void A_damaged_ceiling_is_refused_until_it_is_repaired()
    {
        var folder = new MemoryFolder();
        Open(folder, FlushPolicy.EverySecond, new(Noon)).Dispose();
        folder[FileNames.IdCeiling] = new byte[FileHeader.Bytes];
        Assert.Contains($"'{FileNames.IdCeiling}' at byte 0", Assert.ThrowsAny<IOException>(() => Open(folder, FlushPolicy.Always, new(Noon))).Message, StringComparison.Ordinal);
        Assert.Equal(2, InProcessStreamEngine.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always)).Count);
        Open(folder, FlushPolicy.EverySecond, new(Noon)).Dispose();
    }

    private static InProcessStreamEngine Open(MemoryFolder folder, FlushPolicy policy, FakeTimeProvider time) =>
        OpenEngine.On(folder, new() { TimeProvider = time }, OpenJournal.OptionsFor(policy, segmentBytes: 8192) with { TimeProvider = time });

    private static DateTimeOffset TimeOf(StreamEntryId id) => DateTimeOffset.FromUnixTimeMilliseconds((long)id.Milliseconds);

    private static async Task<long> CountAsync(InProcessStreamEngine engine) => await engine.GetLengthAsync(Orders);

    private static async Task<StreamEntryId> AppendAsync(InProcessStreamEngine engine) =>
        await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("number", "1")))) ?? default;
}
