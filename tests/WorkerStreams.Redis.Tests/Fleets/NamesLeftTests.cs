using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Fleets;

/// <summary>Hosts that come and go, over a server.</summary>
[Collection(FleetCollection.Name)]
public sealed class NamesLeftTests(RedisServer server)
{
    private const int Hosts = 20, EachOf = 10;

    [Fact]
    public async Task Of_hosts_that_come_and_go_with_entries_handed_back_no_name_is_left()
    {
        await using var fleet = Fleet.Over(server);
        var last = await fleet.StartAsync("host0", Handle, Configure);
        for (var host = 1; host < Hosts; host++)
        {
            await fleet.AppendAsync(EachOf * host, EachOf);
            var next = await fleet.StartAsync($"host{host}", Handle, Configure);
            await fleet.StopAsync(last);
            last = next;
        }
        await fleet.UntilNothingIsPendingAsync();
        await fleet.UntilAsync(async () => await ConsumersAsync(fleet) == $"host{Hosts - 1}", () => "other names are there");
        await fleet.StopAsync(last);
        Assert.Equal("", await ConsumersAsync(fleet));
        // Nor is it kept who held them.
        Assert.Equal(0, await fleet.Engine.GetLengthAsync(fleet.Stream.Companion("holders"), TestContext.Current.CancellationToken));

        static async ValueTask Handle(Work work, StreamContext context, CancellationToken cancellation) => await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);

        static void Configure(StreamConsumerOptions consumer)
        {
            (consumer.Concurrency, consumer.BlockTime) = (1, TimeSpan.FromMilliseconds(100));
            (consumer.MinIdleTime, consumer.ReclaimInterval) = (TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(200));
        }
    }

    private static async Task<string> ConsumersAsync(Fleet fleet) =>
        string.Join(' ', (await fleet.Engine.GetConsumersAsync(fleet.Stream, Fleet.Group)).Select(static consumer => consumer.Name));
}
