namespace WorkerStreams.Samples.Tests;

/// <summary>A process that is stopped by SIGSTOP while its handlers run, and woken when another has its entries and is at work on them.</summary>
public sealed class FrozenWorkerTests
{
    private const int Messages = 4, Later = 100;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1.5);

    [Fact]
    public async Task Its_tokens_are_cancelled_before_anything_else_and_it_settles_nothing_that_is_no_longer_its_own()
    {
        await using var group = await WorkerGroup.StartAsync();
        var (sleeper, other) = await FreezeAsync(group, TimeSpan.FromMinutes(1));

        sleeper.Resume();
        await ReadAsync(sleeper, "cancelled");
        await AssertIsAtWorkAsync(group);
        await group.UntilAllIsSettledAsync();

        var told = await EndAsync(sleeper);
        Assert.Equal(Lines("started", " 1"), told.Take(Messages).Order());
        Assert.Equal(Lines("cancelled"), told.Skip(Messages).Order());
        await AssertHasHandledEachOnceAsync(other);
    }

    [Fact]
    public async Task Nor_does_it_where_its_handlers_are_over_when_it_wakes()
    {
        await using var group = await WorkerGroup.StartAsync();
        var (sleeper, other) = await FreezeAsync(group, 0.9 * Lease);

        sleeper.Resume();
        // The other has no room.
        await group.AppendAsync([Later]);
        await sleeper.ReadLineAsync($"handled {Later}");
        await AssertIsAtWorkAsync(group);
        await group.UntilAllIsSettledAsync();

        await EndAsync(sleeper);
        await AssertHasHandledEachOnceAsync(other);
    }

    /// <summary>Freezes one in the midst of its handlers, which take so long, until the other has its entries.</summary>
    private static async Task<(SampleProcess Sleeper, SampleProcess Other)> FreezeAsync(WorkerGroup group, TimeSpan handling)
    {
        var sleeper = Start("sleeper", handling);
        await group.AppendAsync([.. Enumerable.Range(0, Messages)]);
        await ReadAsync(sleeper, "started");
        sleeper.Suspend();
        var other = Start("other", 2.5 * Lease);
        await ReadAsync(other, "started");
        return (sleeper, other);

        SampleProcess Start(string name, TimeSpan takes) => group.StartWorker(
            name, concurrency: Messages, prefetch: Messages, maxDeliveries: 5, handling: takes, lease: Lease);
    }

    private static async Task ReadAsync(SampleProcess worker, string what)
    {
        for (var i = 0; i < Messages; i++)
            await worker.ReadLineAsync(what);
    }

    private static async Task AssertIsAtWorkAsync(WorkerGroup group)
    {
        var pending = (await group.PendingAsync()).Where(static entry => entry.Number != Later).Order();
        Assert.Equal(Enumerable.Range(0, Messages).Select(static number => (number, "other", 2L)), pending);
    }

    private static async Task AssertHasHandledEachOnceAsync(SampleProcess other)
    {
        var told = await EndAsync(other);
        Assert.Equal(Lines("started", " 2"), told.Take(Messages).Order());
        Assert.Equal(Lines("handled"), told.Skip(Messages).Order());
    }

    private static async Task<IReadOnlyList<string>> EndAsync(SampleProcess worker)
    {
        worker.Interrupt();
        return (await worker.WaitForExitAsync()).Output;
    }

    private static IEnumerable<string> Lines(string what, string more = "") => Enumerable.Range(0, Messages).Select(number => $"{what} {number}{more}");
}
