using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Consuming;

/// <summary>The prefetch limits hold for whatever brings entries, and nobody waits for room that another only keeps for later.</summary>
public sealed class PrefetchTests : IDisposable
{
    private readonly JobWorld _world = new();

    [Fact]
    public void Reads_and_reclaims_together_keep_the_limit_in_entries() => JobWorld.OnManySeeds(world =>
    {
        LeaveBehind(world, 128, ballast: 0);
        world.Start("living", world.Never, options => (options.PrefetchCount, options.BlockTime) = (100, TimeSpan.FromHours(1)));
        world.Run(TimeSpan.FromMinutes(2.5));
        world.Publish([.. Enumerable.Range(1000, 100)]);
        world.Run(TimeSpan.FromMinutes(2.5));

        // Full, but for what makes no read worth while.
        Assert.InRange(HeldBy(world, "living"), 51, 100);
    });

    [Fact]
    public void Reclaims_keep_the_limit_in_bytes()
    {
        LeaveBehind(_world, 50, ballast: 100_000);
        _world.Start("living", _world.Never, options => options.PrefetchBytes = 400_000);

        _world.Run(TimeSpan.FromMinutes(3));

        // The last one of a claim may exceed what is left.
        Assert.InRange(HeldBy(_world, "living"), 3, 5);
    }

    [Theory]
    [InlineData(20, 10_000_000, 20)]
    [InlineData(200, 1_000_000, 11)]
    public void Redeliveries_keep_the_limits(int entries, int bytes, int most)
    {
        var block = false;
        var host = _world.Start(
            "a",
            (job, context, cancellation) => block ? _world.Never(job, context, cancellation) : throw new InvalidOperationException(),
            options => (options.PrefetchCount, options.PrefetchBytes, options.Concurrency) = (entries, bytes, 4));
        for (var i = 0; i < 60; i++)
            _world.Append(("number", "1"), ("ballast", new string('x', 100_000)));
        host.Engine.BeforeCall = call =>
        {
            if (call == "claim")
                JobWorld.Refuse(call);
        };
        _world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(60, _world.Pending);
        (block, host.Engine.BeforeCall) = (true, null);

        _world.Run(TimeSpan.FromMinutes(5));

        // A redelivery has raised the count; all others still wait, and are still leased.
        Assert.InRange(_world.PendingEntries.Count(static entry => entry.DeliveryCount == 2), 4, most);
        Assert.All(_world.PendingEntries, static entry => Assert.InRange(entry.Idle, TimeSpan.Zero, TimeSpan.FromSeconds(59)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void A_read_that_waits_for_new_entries_does_not_hold_up_a_redelivery(int concurrency, int prefetch)
    {
        var deliveries = new List<TimeSpan>();
        var startedAt = _world.World.Time.GetUtcNow();
        _world.Start(
            "a",
            (job, context, cancellation) =>
            {
                if (job.Number == 2)
                    return _world.Never(job, context, cancellation);
                deliveries.Add(_world.World.Time.GetUtcNow() - startedAt);
                return context.DeliveryCount == 2 ? default : throw new InvalidOperationException();
            },
            options => (options.Concurrency, options.PrefetchCount, options.BlockTime) = (concurrency, prefetch, TimeSpan.FromHours(1)));
        _world.Publish([1, .. Enumerable.Repeat(2, concurrency - 1)]);

        _world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(4, deliveries.Count);
        Assert.InRange(deliveries[^1].TotalSeconds, 4, 6);
        Assert.Equal(concurrency - 1, _world.Pending);
    }

    [Fact]
    public void With_room_for_one_entry_everything_is_handled_in_the_end() => JobWorld.OnManySeeds(world =>
    {
        LeaveBehind(world, 5, ballast: 0);
        var handled = new List<int>();
        var host = world.Start("living", (job, context, _) =>
        {
            if (context.DeliveryCount % 2 == 1)
                throw new InvalidOperationException();
            handled.Add(job.Number);
            return default;
        }, options => (options.Concurrency, options.PrefetchCount) = (1, 1));
        world.Publish(100, 101, 102);

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([0, 1, 2, 3, 4, 100, 101, 102], handled.Order());
        Assert.Equal(0, world.Pending);
        var before = host.Engine.Calls.Count;
        world.Run(TimeSpan.FromMinutes(1));
        Assert.InRange(host.Engine.Calls.Count - before, 1, 12);
    });

    public void Dispose() => _world.Dispose();

    private static void LeaveBehind(JobWorld world, int count, int ballast)
    {
        var dead = world.Start("dead", world.Never, options => options.PrefetchBytes = 100_000_000);
        for (var number = 0; number < count; number++)
            world.Append(("number", $"{number}"), ("ballast", new string('x', ballast)));
        world.Run(TimeSpan.FromSeconds(1));
        dead.Process.Kill();
        Assert.Equal(count, world.Pending);
    }

    // What was handed back is idle since 1970.
    private static int HeldBy(JobWorld world, string name) =>
        world.PendingEntries.Count(entry => entry.Consumer == (StreamName)name && entry.Idle < TimeSpan.FromDays(365));
}
