using System.Collections.Concurrent;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Fleets;

/// <summary>One host after another is stopped and another started in its place, while messages come in faster than they are handled.</summary>
[Collection(FleetCollection.Name)]
public sealed class RollingRestartTests(RedisServer server, ITestOutputHelper output)
{
    private const int Hosts = 20, AtOnce = 100;

    private static readonly TimeSpan Handling = TimeSpan.FromMilliseconds(20), LongestHandedBack = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<int, int> _handled = [];
    private readonly ConcurrentQueue<string> _wrong = [];

    // Of each entry, when it was first started.
    private readonly ConcurrentDictionary<StreamEntryId, long> _started = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_lost_or_counted_that_was_not_started_and_what_is_handed_back_starts_elsewhere_soon(bool onServer)
    {
        await using var fleet = Fleet.Over(onServer ? server : null);
        var hosts = await Task.WhenAll(Enumerable.Range(0, Hosts).Select(host => fleet.StartAsync($"old{host}", HandleAsync, Configure)));
        using var restarted = new CancellationTokenSource();
        var publishing = PublishAsync(fleet, restarted.Token);
        await fleet.UntilAsync(() => _handled.Count > AtOnce, () => "few are handled");
        var handedBack = new List<(long At, StreamEntryId Id)>();
        for (var host = 0; host < Hosts; host++)
        {
            var stopping = TimeProvider.System.GetTimestamp();
            await fleet.StopAsync(hosts[host]);
            var unstarted = await UnstartedOfAsync(fleet, $"old{host}");
            handedBack.AddRange(unstarted.Select(id => (stopping, id)));
            await fleet.StartAsync($"new{host}", HandleAsync, Configure);
        }
        await restarted.CancelAsync();
        var published = await publishing;

        await fleet.UntilAsync(() => _handled.Count >= published, () => $"{_handled.Count} of {published} are handled");
        await fleet.UntilNothingIsPendingAsync();

        var waits = handedBack.ConvertAll(entry => TimeProvider.System.GetElapsedTime(entry.At, _started[entry.Id]));
        output.WriteLine($"{published} messages, {waits.Count} handed back: started elsewhere within {waits.Max()}");
        Assert.Empty(_wrong);
        Assert.NotEmpty(waits);
        Assert.All(_handled.Values, static times => Assert.Equal(1, times));
        Assert.InRange(waits.Max(), TimeSpan.Zero, LongestHandedBack);

        string[] living = [.. Enumerable.Range(0, Hosts).Select(static host => $"new{host}").Order()];
        await fleet.UntilAsync(async () => living.SequenceEqual(await GetNamesAsync(fleet)), static () => "there are other names than those of the living");
        await Task.WhenAll(fleet.Hosts.Select(fleet.StopAsync));
        Assert.Empty(await GetNamesAsync(fleet));

        static void Configure(StreamConsumerOptions consumer) => (consumer.Concurrency, consumer.PrefetchCount) = (2, 32);
    }

    private async ValueTask HandleAsync(Work work, StreamContext context, CancellationToken cancellation)
    {
        if (!_started.TryAdd(context.Id, TimeProvider.System.GetTimestamp()))
            _wrong.Enqueue($"{context.Id} is started again, in delivery {context.DeliveryCount}");
        else if (context.DeliveryCount > 1)
            _wrong.Enqueue($"{context.Id} was not started before, and this is delivery {context.DeliveryCount}");
        await Task.Delay(Handling, TimeProvider.System, cancellation);
        _handled.AddOrUpdate(work.Number, 1, static (_, times) => times + 1);
    }

    /// <returns>How many were published.</returns>
    private static async Task<int> PublishAsync(Fleet fleet, CancellationToken end)
    {
        for (var published = 0; ; published += AtOnce)
        {
            if (end.IsCancellationRequested)
                return published;
            await fleet.AppendAsync(published, AtOnce);
            await Task.Delay(Handling, TimeProvider.System, CancellationToken.None);
        }
    }

    private static async Task<IEnumerable<string>> GetNamesAsync(Fleet fleet) =>
        (await fleet.Engine.GetConsumersAsync(fleet.Stream, Fleet.Group, TestContext.Current.CancellationToken)).Select(static consumer => $"{consumer.Name}").Order();

    private static async Task<IReadOnlyList<StreamEntryId>> UnstartedOfAsync(Fleet fleet, StreamName consumer)
    {
        var left = await fleet.Engine.GetPendingAsync(
            new() { Stream = fleet.Stream, Group = Fleet.Group, Consumer = consumer, Count = 1000 }, TestContext.Current.CancellationToken);
        return [.. left.Select(static entry => entry.Id)];
    }
}
