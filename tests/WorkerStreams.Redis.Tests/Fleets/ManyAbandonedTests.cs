using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Fleets;

/// <summary>
/// A consumer has died with much pending, and those who live reclaim it. By hand it may be more: WORKERSTREAMS_ABANDONED=1000000, which takes two minutes.
/// </summary>
[Collection(FleetCollection.Name)]
public sealed class ManyAbandonedTests(RedisServer server, ITestOutputHelper output)
{
    private const int Hosts = 3, Page = 1000, Attempts = 3;
    private const double LeastShare = 0.15, MostGrowth = 2;

    private static readonly StreamName Dead = "dead";

    [Theory]
    [InlineData(true, 30_000)]
    [InlineData(false, 200_000)]
    public async Task The_work_is_spread_over_the_living_and_an_entry_takes_no_longer_where_more_are_pending(bool onServer, int abandoned)
    {
        if (Environment.GetEnvironmentVariable("WORKERSTREAMS_ABANDONED") is { Length: > 0 } asked)
            abandoned = int.Parse(asked, CultureInfo.InvariantCulture);
        // Times, and who has them, are those of a machine that has other things to do as well.
        for (var attempt = 1; ; attempt++)
        {
            var (few, _) = await ReclaimAsync(onServer, abandoned / 10);
            var (many, handled) = await ReclaimAsync(onServer, abandoned);
            if (many <= MostGrowth * few && handled.Min() >= LeastShare * abandoned)
                return;
            Assert.True(attempt < Attempts, $"Of {abandoned} an entry takes {many / few:0.0} times as long as of a tenth, and one host has handled {handled.Min()}.");
        }
    }

    /// <returns>The time per entry, and how many each host has handled.</returns>
    private async Task<(TimeSpan Each, int[] Handled)> ReclaimAsync(bool onServer, int count)
    {
        await using var fleet = Fleet.Over(onServer ? server : null);
        await AbandonAsync(fleet, count);
        var (times, handled, left) = (new int[count], new int[Hosts], count);
        var (begun, took) = (0L, TimeSpan.Zero);
        await Task.WhenAll(Enumerable.Range(0, Hosts).Select(host => fleet.StartAsync($"h{host}", (work, context, _) => Handle(host, work, context), Configure)));

        await fleet.UntilAsync(() => Volatile.Read(ref left) <= 0, () => $"{left} are left");
        await fleet.UntilNothingIsPendingAsync();

        output.WriteLine($"{(onServer ? "over a server" : "in process")}, {count} entries: {took.TotalSeconds:0.00} s, {took.TotalMicroseconds / count:0} us each; {string.Join(" + ", handled)}");
        Assert.All(times, static times => Assert.Equal(1, times));
        return (took / count, handled);

        ValueTask Handle(int host, Work work, StreamContext context)
        {
            var now = TimeProvider.System.GetTimestamp();
            Interlocked.CompareExchange(ref begun, now, 0);
            Interlocked.Increment(ref times[work.Number]);
            Interlocked.Increment(ref handled[host]);
            if (Interlocked.Decrement(ref left) == 0)
                took = TimeProvider.System.GetElapsedTime(begun, now);
            return default;
        }

        static void Configure(StreamConsumerOptions consumer) =>
            (consumer.MinIdleTime, consumer.ReclaimInterval) = (TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(100));
    }

    private static async Task AbandonAsync(Fleet fleet, int count)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await fleet.AppendAsync(0, count);
        await fleet.Engine.CreateGroupAsync(fleet.Stream, Fleet.Group, GroupPosition.Beginning, cancellation: cancellation);
        var read = new ReadGroupRequest { Streams = [new(fleet.Stream, ReadPosition.Undelivered)], Group = Fleet.Group, Consumer = Dead, Count = Page };
        for (var left = count; left > 0;)
        {
            using var entries = await fleet.Engine.ReadGroupAsync(read, cancellation);
            left -= entries.Count;
            var ids = new StreamEntryId[entries.Count];
            for (var i = 0; i < ids.Length; i++)
                ids[i] = entries.Entries[i].Id;
            var aged = await fleet.Engine.ClaimAsync(
                new() { Stream = fleet.Stream, Group = Fleet.Group, Consumer = Dead, Ids = ids, Idle = TimeSpan.FromHours(1), JustIds = true }, cancellation);
            aged.Dispose();
        }
    }
}
