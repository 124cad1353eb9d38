using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>The in-process engine's settings, its waiting reads, and its end.</summary>
public sealed class LifetimeTests
{
    private static readonly StreamName Stream = "s";

    [Fact]
    public void Every_setting_out_of_its_range_is_named_at_once()
    {
        var thrown = Assert.Throws<ArgumentException>(() => new InProcessStreamEngine(
            new() { MaxMemory = 5, MaxEntryBytes = 0, NodeMaxEntries = 10_001, NodeMaxBytes = 255 }));
        foreach (var setting in (string[])["MaxMemory is 5", "MaxEntryBytes is 0", "NodeMaxEntries is 10001", "NodeMaxBytes is 255"])
            Assert.Contains(setting, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_at_the_ends_of_their_ranges_are_taken()
    {
        new InProcessStreamEngine(new() { MaxMemory = 1 << 20, MaxEntryBytes = 1, NodeMaxEntries = 1, NodeMaxBytes = 256 }).Dispose();
        new InProcessStreamEngine(new() { MaxEntryBytes = 1 << 30, NodeMaxEntries = 10_000, NodeMaxBytes = 1 << 20 }).Dispose();
    }

    [Fact]
    public async Task Calls_complete_at_once_where_nothing_waits()
    {
        using var engine = new InProcessStreamEngine();
        Assert.True(IsDone(engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("a", "1"))))));
        Assert.True(IsDone(engine.ReadAsync(Read(ReadPosition.After(default)))));
        var waiting = engine.ReadAsync(Read(ReadPosition.End)).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.True(IsDone(engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("a", "2"))))));
        using var batch = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public async Task A_time_to_wait_that_no_timer_takes_is_refused()
    {
        using var engine = new InProcessStreamEngine();
        var request = Read(ReadPosition.End) with { Block = TimeSpan.FromMilliseconds(uint.MaxValue) };
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.ReadAsync(request));
        Assert.Equal((StreamErrorCode.InvalidArgument, "ERR timeout is not an integer or out of range"), (thrown.Code, thrown.Message));
    }

    [Fact]
    public async Task A_wait_ends_no_sooner_than_asked_for_though_timers_are_early()
    {
        var time = new FakeTimeProvider();
        using var engine = new InProcessStreamEngine(new() { TimeProvider = new EarlyTimers(time) });
        var waiting = engine.ReadAsync(Read(ReadPosition.End) with { Block = TimeSpan.FromMilliseconds(100) }).AsTask();

        time.Advance(TimeSpan.FromMilliseconds(99.5));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        using var batch = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public async Task Thousands_of_reads_wait_without_threads()
    {
        var time = new FakeTimeProvider();
        using var engine = new InProcessStreamEngine(new() { TimeProvider = time });
        Task<EntryBatch>[] served = [.. Enumerable.Range(0, 5_000).Select(_ => engine.ReadAsync(Read(ReadPosition.End)).AsTask())];
        Task<EntryBatch>[] late = [.. Enumerable.Range(0, 5_000).Select(i => engine.ReadAsync(Read(ReadPosition.After(StreamEntryId.MaxValue), seconds: i + 1)).AsTask())];

        await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("a", "1"))));
        Assert.All(await Task.WhenAll(served).WaitAsync(TimeSpan.FromSeconds(20)), batch => Assert.Equal(1, batch.Count));
        Assert.DoesNotContain(late, read => read.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(5_000));
        Assert.All(await Task.WhenAll(late).WaitAsync(TimeSpan.FromSeconds(20)), batch => Assert.Equal(0, batch.Count));
    }

    [Fact]
    public async Task After_the_end_every_call_fails_as_unavailable_and_so_do_reads_that_wait()
    {
        var engine = new InProcessStreamEngine();
        await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("a", "1"))));
        await engine.CreateGroupAsync(Stream, "g", GroupPosition.End);
        using var read = await engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max);
        Task<EntryBatch>[] waiting =
        [
            engine.ReadAsync(Read(ReadPosition.End)).AsTask(),
            engine.ReadAsync(Read(ReadPosition.End, seconds: 5)).AsTask(),
            engine.ReadGroupAsync(new() { Group = "g", Consumer = "c", Streams = [new(Stream, ReadPosition.Undelivered)], Block = TimeSpan.Zero }).AsTask(),
        ];
        engine.Dispose();
        engine.Dispose();

        foreach (var wait in waiting)
            await UnavailableAsync(() => wait);
        await UnavailableAsync(async () => await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("a", "1")))));
        await UnavailableAsync(async () => await engine.ReadAsync(Read(ReadPosition.End)));
        await UnavailableAsync(async () => await engine.GetLengthAsync(Stream));
        Assert.Equal(0, engine.UsedMemory);
        Assert.Equal("a 1", read.Entries[0].Fields.ToString());
    }

    [Fact]
    public async Task Room_for_the_outcomes_is_checked_before_anything_is_done()
    {
        using var engine = new InProcessStreamEngine();
        var entries = new AppendEntry[] { new(EntryFields.Of(("a", "1"))), new(EntryFields.Of(("a", "2"))) };
        await Assert.ThrowsAsync<ArgumentException>(async () => await engine.AppendAsync(Stream, entries, new AppendResult[1]));
        var request = new SettleRequest { Stream = Stream, Group = "g", Owner = "c", Settlements = new[] { Settlement.Acknowledge(default) } };
        await Assert.ThrowsAsync<ArgumentException>(async () => await engine.SettleAsync(request, Memory<SettlementOutcome>.Empty));
        Assert.Equal(0, await engine.GetLengthAsync(Stream));
    }

    private static ReadRequest Read(ReadPosition position, int seconds = 0) =>
        new() { Streams = [new(Stream, position)], Block = TimeSpan.FromSeconds(seconds) };

    private static bool IsDone<T>(ValueTask<T> call) => call.IsCompletedSuccessfully;

    private static async Task UnavailableAsync(Func<Task> call) =>
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(call)).Code);
}
