namespace WorkerStreams.Tests.Consuming;

/// <summary>Leases, redelivery, reclaim and drain, each as the README promises it.</summary>
public sealed class RedeliveryTests : IDisposable
{
    private readonly JobWorld _world = new();

    [Theory]
    [InlineData(5)]
    [InlineData(600)]
    public void A_failed_entry_is_delivered_again_after_its_back_off_whether_shorter_or_longer_than_the_minimum_idle_time(int delaySeconds) => JobWorld.OnManySeeds(world =>
    {
        var deliveries = new List<(string Host, long Count, DateTimeOffset At)>();
        world.Start("a", Handle("a"), Configure);
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        world.Start("b", Handle("b"), Configure);

        world.Run(TimeSpan.FromSeconds((delaySeconds * 0.8) - 1.1));
        var first = Assert.Single(deliveries);
        world.Run(TimeSpan.FromSeconds(delaySeconds * 0.5));

        // The same host: the lease was kept meanwhile.
        Assert.Equal(("a", 2L), (deliveries[^1].Host, deliveries[^1].Count));
        Assert.Equal(2, deliveries.Count);
        Assert.InRange((deliveries[^1].At - first.At).TotalSeconds, delaySeconds * 0.8, delaySeconds * 1.1);
        Assert.Equal(0, world.Pending);

        void Configure(StreamConsumerOptions options)
        {
            options.ResiliencePipeline = null;
            options.RedeliveryDelay = options.MaxRedeliveryDelay = TimeSpan.FromSeconds(delaySeconds);
        }

        Func<Job, StreamContext, CancellationToken, ValueTask> Handle(string host) => (_, context, _) =>
        {
            if (deliveries.Count == 0 || deliveries[^1].Count != context.DeliveryCount)
                deliveries.Add((host, context.DeliveryCount, world.World.Time.GetUtcNow()));
            return context.DeliveryCount == 1 ? throw new InvalidOperationException() : default;
        };
    });

    [Fact]
    public void What_a_dead_host_held_is_reclaimed_with_its_delivery_count()
    {
        var counts = new Dictionary<int, long>();
        var dead = _world.Start("dead", (_, _, cancellation) => new(Task.Delay(Timeout.InfiniteTimeSpan, _world.World.Time, cancellation)), options => options.Concurrency = 2);
        _world.Publish([.. Enumerable.Range(0, 300)]);
        _world.Run(TimeSpan.FromSeconds(1));
        dead.Process.Kill();
        var held = (int)_world.Pending;
        Assert.InRange(held, 128, 256);

        _world.Start("living", (job, context, _) =>
        {
            counts.Add(job.Number, context.DeliveryCount);
            return default;
        });
        _world.Run(TimeSpan.FromSeconds(59));
        Assert.Equal(300 - held, counts.Count);
        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(300, counts.Count);
        Assert.All(counts, entry => Assert.Equal(entry.Key < held ? 2 : 1, entry.Value));
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_host_that_starts_again_resumes_its_own_pending_entries_at_once()
    {
        var first = _world.Start("a", (_, _, cancellation) => new(Task.Delay(Timeout.InfiniteTimeSpan, _world.World.Time, cancellation)));
        _world.Publish(1, 2, 3);
        _world.Run(TimeSpan.FromSeconds(1));
        first.Process.Kill();
        var counts = new Dictionary<int, long>();

        _world.Start("a", (job, context, _) =>
        {
            counts.Add(job.Number, context.DeliveryCount);
            return default;
        });
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(new() { [1] = 2, [2] = 2, [3] = 2 }, counts);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void An_entry_that_kills_the_process_goes_to_the_dead_letters_unseen_when_its_deliveries_are_used_up()
    {
        var seen = 0;
        for (var life = 0; life < 5; life++)
        {
            var host = _world.Start("a", (_, _, cancellation) =>
            {
                seen++;
                return new(Task.Delay(Timeout.InfiniteTimeSpan, _world.World.Time, cancellation));
            });
            if (life == 0)
                _world.Publish(1);
            _world.Run(TimeSpan.FromSeconds(1));
            host.Process.Kill();
        }
        _world.Start("a", (_, _, _) => throw new InvalidOperationException("must not be called"));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(5, seen);
        var letter = Assert.Single(_world.DeadLetters);
        Assert.Equal("deliveries-exhausted", letter["dead:reason"]);
        Assert.Equal("6", letter["dead:deliveries"]);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void At_shutdown_running_handlers_finish_and_unstarted_entries_are_handed_back_at_once()
    {
        var handled = new List<int>();
        var host = _world.Start("a", async (job, _, cancellation) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(10), _world.World.Time, cancellation);
            handled.Add(job.Number);
        }, options => options.Concurrency = 2);
        _world.Publish(1, 2, 3, 4, 5);
        _world.Run(TimeSpan.FromSeconds(1));

        var stop = host.StopAsync();
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.All(_world.PendingEntries.Where(entry => entry.DeliveryCount == 0), entry => Assert.True(entry.Idle > TimeSpan.FromDays(1)));
        Assert.Equal(3, _world.PendingEntries.Count(entry => entry.DeliveryCount == 0));
        _world.World.Await(stop);

        Assert.Equal([1, 2], handled.Order());
        Assert.Equal(3, _world.Pending);
    }

    [Fact]
    public void Handlers_that_do_not_end_within_the_time_for_shutdown_are_cancelled_and_their_entries_handed_back()
    {
        var stopping = new List<bool>();
        var host = _world.Start("a", async (_, context, cancellation) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _world.World.Time, cancellation);
            }
            finally
            {
                stopping.Add(context.Stopping.IsCancellationRequested);
            }
        });
        _world.Publish(1, 2);
        _world.Run(TimeSpan.FromSeconds(1));

        _world.World.Await(host.StopAsync(), TimeSpan.FromSeconds(30));

        Assert.Equal([true, true], stopping);
        Assert.Equal(2, _world.Pending);
        Assert.All(_world.PendingEntries, entry => Assert.Equal(0, entry.DeliveryCount));
        Assert.Equal(2, _world.HandedBack);
    }

    public void Dispose() => _world.Dispose();
}
