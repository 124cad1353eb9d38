using System.Collections.Concurrent;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Fleets;

[Collection(FleetCollection.Name)]
public sealed class LongHandlerTests(RedisServer server)
{
    private const int Hosts = 3, Messages = 9, Attempts = 5;

    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(300), Beat = TimeSpan.FromMilliseconds(10);

    // Leases are renewed when two thirds of them are over, and then once more where that fails.
    private static readonly TimeSpan LongestStall = Lease / 6;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handlers_that_take_ten_times_the_lease_are_called_once_however_often_other_hosts_sweep(bool onServer)
    {
        // A machine that stalls for longer than leases are looked after in time has them lapse by right: then it is tried anew.
        for (var attempt = 1; ; attempt++)
        {
            using var ended = new CancellationTokenSource();
            var stalls = LongestStallAsync(ended.Token);
            try
            {
                await HandleOnceAsync(onServer);
                return;
            }
            catch (Xunit.Sdk.XunitException) when (attempt < Attempts)
            {
                await ended.CancelAsync();
                if (await stalls < LongestStall)
                    throw;
            }
        }
    }

    private async Task HandleOnceAsync(bool onServer)
    {
        await using var fleet = Fleet.Over(onServer ? server : null);
        var (started, handled, told) = (new ConcurrentQueue<(int Number, long Delivery)>(), 0, 0);
        for (var host = 0; host < Hosts; host++)
            await fleet.StartAsync($"h{host}", HandleAsync, Configure);
        await fleet.AppendAsync(0, Messages);

        await fleet.UntilAsync(() => Volatile.Read(ref handled) >= Messages, () => $"{handled} are handled");
        await fleet.UntilNothingIsPendingAsync();

        Assert.Equal(Enumerable.Range(0, Messages).Select(static number => (number, 1L)), started.Order());
        Assert.Equal((Messages, 0), (handled, told));
        Assert.Empty(fleet.Log.Lines);

        async ValueTask HandleAsync(Work work, StreamContext context, CancellationToken cancellation)
        {
            started.Enqueue((work.Number, context.DeliveryCount));
            await using var registration = cancellation.Register(() => Interlocked.Increment(ref told));
            await Task.Delay(10 * Lease, TimeProvider.System, CancellationToken.None);
            Interlocked.Increment(ref handled);
        }

        static void Configure(StreamConsumerOptions consumer) =>
            (consumer.Concurrency, consumer.PrefetchCount, consumer.MinIdleTime, consumer.ReclaimInterval) = (3, 3, Lease, TimeSpan.FromMilliseconds(100));
    }

    private static async Task<TimeSpan> LongestStallAsync(CancellationToken end)
    {
        var (longest, last) = (TimeSpan.Zero, TimeProvider.System.GetTimestamp());
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(Beat, TimeProvider.System, CancellationToken.None);
            var now = TimeProvider.System.GetTimestamp();
            (longest, last) = (Max(longest, TimeProvider.System.GetElapsedTime(last, now) - Beat), now);
        }
        return longest;

        static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }
}
