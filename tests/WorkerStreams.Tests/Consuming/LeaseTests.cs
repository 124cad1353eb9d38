using WorkerStreams.Engine;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Consuming;

/// <summary>The right to an entry: how it is kept, how its loss is noticed, and what follows.</summary>
public sealed class LeaseTests : IDisposable
{
    private readonly JobWorld _world = new();
    private readonly List<string> _story = [];

    [Fact]
    public void When_the_leases_lapse_by_the_hosts_own_clock_handlers_are_told_and_nothing_is_started() => JobWorld.OnManySeeds(world =>
    {
        var started = new List<int>();
        var told = new List<double>();
        var startedAt = world.World.Time.GetUtcNow();
        var a = world.Start(
            "a",
            async (job, _, cancellation) =>
            {
                started.Add(job.Number);
                await using var registration = cancellation.Register(() => told.Add((world.World.Time.GetUtcNow() - startedAt).TotalSeconds));
                await world.WaitAsync(TimeSpan.FromSeconds(90), CancellationToken.None);
            },
            options => options.Concurrency = 1);
        world.Publish(1, 2, 3, 4);
        world.Run(TimeSpan.FromSeconds(1));
        a.Engine.BeforeCall = JobWorld.Refuse;
        var handled = new List<int>();
        world.Start("b", (job, _, _) =>
        {
            handled.Add(job.Number);
            return default;
        });

        world.Run(TimeSpan.FromMinutes(3));
        Assert.Equal([1, 2, 3, 4], handled.Order());
        a.Engine.BeforeCall = null;
        world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal([1], started);
        // Before another consumer could have it.
        Assert.InRange(Assert.Single(told), 59, 59.9);
        Assert.Equal(0, world.Pending);
        Assert.Equal(0, JobWorld.CountersOf(a).Handled);
        Assert.Equal(3, JobWorld.CountersOf(a).LeasesLost);
    });

    [Fact]
    public void Where_a_name_cannot_be_held_on_to_leases_are_renewed_all_the_same() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<(string Host, int Number)>();
        SimulatedHost Start(string name) => world.Start(name, async (job, _, cancellation) =>
        {
            await world.WaitAsync(TimeSpan.FromMinutes(job.Number), cancellation);
            handled.Add((name, job.Number));
        });
        var a = Start("a");
        world.Publish(1, 2, 5);
        world.Run(TimeSpan.FromSeconds(1));
        // As a server does that has no memory left.
        a.Engine.BeforeCall = static call =>
        {
            if (call == "hold")
                JobWorld.Refuse(call);
        };
        Start("b");

        world.Run(TimeSpan.FromMinutes(6));

        Assert.Equal([("a", 1), ("a", 2), ("a", 5)], handled);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void Without_another_consumer_an_engine_that_was_away_for_longer_than_the_lease_finds_everything_in_its_place()
    {
        var host = _world.Start("a", Note("a", TimeSpan.FromSeconds(1)), options => options.Concurrency = 1);
        _world.Run(TimeSpan.FromSeconds(0.5));
        _world.Publish([.. Enumerable.Range(0, 100)]);
        _world.Run(TimeSpan.FromSeconds(9.5));
        host.Engine.BeforeCall = JobWorld.Refuse;
        _world.Run(TimeSpan.FromMinutes(10));
        host.Engine.BeforeCall = null;

        _world.Run(TimeSpan.FromMinutes(4));

        // All in order, but for the one that was told to end when its minute was nearly over.
        var ended = _story.Where(line => line.StartsWith("a ends", StringComparison.Ordinal)).Select(line => int.Parse(line[7..], null)).ToList();
        Assert.Equal(Enumerable.Range(0, 100), ended.Order());
        Assert.Equal([.. Enumerable.Range(0, 58), .. Enumerable.Range(59, 41)], ended.Where(static number => number != 58));
        Assert.Equal(1, JobWorld.CountersOf(host).Reclaimed);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_handler_whose_entry_another_consumer_takes_is_told_and_what_comes_of_it_is_not_settled()
    {
        var host = _world.Start(
            "a",
            async (job, _, cancellation) =>
            {
                _story.Add($"starts {job.Number}");
                await _world.WaitAsync(TimeSpan.FromSeconds(100), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                _story.Add($"told {cancellation.IsCancellationRequested}");
                throw new InvalidOperationException("late");
            },
            options => (options.Concurrency, options.MaxDeliveries) = (1, 1));
        var running = _world.Append(("number", "1"));
        var waiting = _world.Append(("number", "2"));
        _world.Run(TimeSpan.FromSeconds(1));
        _world.Steal(running);
        _world.Steal(waiting);

        _world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal(["starts 1", "told True"], _story);
        Assert.Empty(_world.DeadLetters);
        Assert.All(_world.PendingEntries, entry => Assert.Equal("thief", entry.Consumer.ToString()));
        Assert.Equal(2, _world.Pending);
        Assert.Equal(2, JobWorld.CountersOf(host).LeasesLost);
        Assert.Equal(0, JobWorld.CountersOf(host).Failed);
    }

    [Fact]
    public void A_handler_that_throws_before_it_is_told_that_its_entry_is_anothers_settles_nothing_either()
    {
        var host = _world.Start("a", async (_, _, _) =>
        {
            await _world.WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
            throw new InvalidOperationException("late");
        }, options => options.MaxDeliveries = 1);
        var id = _world.Append(("number", "1"));
        _world.Run(TimeSpan.FromSeconds(1));
        _world.Steal(id);

        _world.Run(TimeSpan.FromSeconds(50));

        Assert.Equal("thief", Assert.Single(_world.PendingEntries).Consumer.ToString());
        Assert.Empty(_world.DeadLetters);
        Assert.Equal((0, 1), (JobWorld.CountersOf(host).DeadLettered, JobWorld.CountersOf(host).LeasesLost));
    }

    [Fact]
    public void Handlers_that_take_ten_times_the_lease_are_called_once_however_often_other_hosts_sweep() => JobWorld.OnManySeeds(world =>
    {
        var started = new List<(int Number, long Delivery)>();
        var told = 0;
        var hosts = Enumerable.Range(0, 3).Select(host => world.Start($"h{host}", HandleAsync, Configure)).ToList();
        world.Publish([.. Enumerable.Range(0, 12)]);

        // Some wait for as long under their leases before they are begun.
        world.Run(TimeSpan.FromMinutes(41));

        Assert.Equal(Enumerable.Range(0, 12).Select(static number => (number, 1L)), started.Order());
        Assert.Equal(0, told);
        Assert.All(hosts, static host => Assert.Equal((0, 0), (JobWorld.CountersOf(host).LeasesLost, JobWorld.CountersOf(host).Reclaimed)));
        Assert.All(hosts, static host => Assert.NotEqual(0, JobWorld.CountersOf(host).Handled));
        Assert.Equal(0, world.Pending);

        async ValueTask HandleAsync(Job job, StreamContext context, CancellationToken cancellation)
        {
            started.Add((job.Number, context.DeliveryCount));
            await using var registration = cancellation.Register(() => told++);
            await world.WaitAsync(TimeSpan.FromMinutes(10), cancellation);
        }

        static void Configure(StreamConsumerOptions options) =>
            (options.Concurrency, options.PrefetchCount, options.MinIdleTime, options.ReclaimInterval) = (2, 8, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Renewals_that_fail_now_and_then_are_repeated_in_time()
    {
        void Configure(StreamConsumerOptions options) =>
            (options.MinIdleTime, options.ReclaimInterval) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        var a = _world.Start("a", Note("a", TimeSpan.FromMinutes(5)), Configure);
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(0.1));
        _world.Start("b", Note("b", TimeSpan.FromMinutes(5)), Configure);
        var renewals = 0;
        a.Engine.BeforeCall = call =>
        {
            if (call == "settle" && ++renewals % 3 == 0)
                JobWorld.Refuse(call);
        };

        _world.Run(TimeSpan.FromMinutes(6));

        Assert.Equal(["a starts 1", "a ends 1"], _story);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void What_a_consumer_holds_does_not_look_abandoned_to_its_own_sweep() => JobWorld.OnManySeeds(world =>
    {
        var started = new List<int>();
        var host = world.Start("a", async (job, _, _) =>
        {
            started.Add(job.Number);
            await world.WaitAsync(TimeSpan.FromMinutes(5), CancellationToken.None);
        });
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                JobWorld.Refuse(call);
        };
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(1, world.PendingEntries[0].DeliveryCount);
        host.Engine.BeforeCall = null;

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([1], started);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void A_handler_whose_entry_is_trimmed_goes_on()
    {
        _world.Start("a", Note("a", TimeSpan.FromMinutes(5)));
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        JobWorld.Now(_world.Engine.TrimAsync(JobWorld.Jobs, StreamTrim.MaxLength(0)));

        _world.Run(TimeSpan.FromMinutes(6));

        Assert.Equal(["a starts 1", "a ends 1"], _story);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_full_consumer_takes_back_what_it_holds_when_another_has_made_the_group_anew() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        world.Start(
            "a",
            async (job, _, cancellation) =>
            {
                await world.WaitAsync(TimeSpan.FromMinutes(job.Number), cancellation);
                if (job.Number == 3)
                    throw new InvalidOperationException("the last delivery");
                handled.Add(job.Number);
            },
            options => (options.Concurrency, options.PrefetchCount, options.MaxDeliveries) = (2, 2, 1));
        world.Publish(3, 4);
        world.Run(TimeSpan.FromSeconds(1));
        world.Start("b", (job, _, _) =>
        {
            handled.Add(job.Number);
            return default;
        });
        world.Publish(5);
        world.Run(TimeSpan.FromSeconds(1));
        world.DestroyGroup();

        world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal([4, 5], handled.Order());
        Assert.Equal("3", Assert.Single(world.DeadLetters)["number"]);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void What_a_consumer_holds_is_not_started_again_when_a_group_made_anew_delivers_it() => JobWorld.OnManySeeds(world =>
    {
        var started = new List<int>();
        world.Start(
            "a",
            (job, _, cancellation) =>
            {
                started.Add(job.Number);
                return new(world.WaitAsync(TimeSpan.FromSeconds(job.Number), cancellation));
            },
            options => (options.Concurrency, options.PrefetchCount) = (2, 2));
        world.Publish(1, 20);
        world.Run(TimeSpan.FromSeconds(0.5));
        world.DestroyGroup();
        world.World.Await(world.Engine.CreateGroupAsync(JobWorld.Jobs, JobWorld.Group, GroupPosition.Beginning, cancellation: TestContext.Current.CancellationToken).AsTask());

        world.Run(TimeSpan.FromMinutes(2));

        // The first was settled in the group that is gone.
        Assert.Equal([1, 1, 20], started.Order());
        Assert.Equal(0, world.Pending);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_redelivery_that_is_lost_while_it_waits_is_counted(bool trimmed)
    {
        var deliveries = 0;
        var host = _world.Start(
            "a",
            (_, _, _) =>
            {
                deliveries++;
                throw new InvalidOperationException();
            },
            options => options.RedeliveryDelay = TimeSpan.FromSeconds(20));
        var id = _world.Append(("number", "1"));
        _world.Run(TimeSpan.FromSeconds(2));
        if (trimmed)
            JobWorld.Now(_world.Engine.DeleteAsync(JobWorld.Jobs, new[] { id }));
        else
            _world.Steal(id);

        _world.Run(TimeSpan.FromSeconds(25));

        Assert.Equal(3, deliveries);
        Assert.Equal(trimmed ? (0, 1) : (1, 0), (JobWorld.CountersOf(host).LeasesLost, JobWorld.CountersOf(host).Trimmed));
        Assert.Equal(trimmed ? 0 : 1, _world.Pending);
    }

    [Fact]
    public void After_a_stall_past_the_lease_no_handler_is_called_again_before_the_engine_has_said_whose_the_entry_is() => JobWorld.OnManySeeds(world =>
    {
        var calls = 0;
        var host = world.Start("a", HandleAsync, Configure);
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(1, calls);
        host.Process.Stall(world.World.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
        world.Start("b", world.Never, Configure);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal("b", Assert.Single(world.PendingEntries).Consumer);

        host.Process.Continue();
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(1, calls);

        async ValueTask HandleAsync(Job job, StreamContext context, CancellationToken cancellation)
        {
            calls++;
            await world.WaitAsync(TimeSpan.FromSeconds(0.999), cancellation);
            throw new InvalidOperationException();
        }

        static void Configure(StreamConsumerOptions options) =>
            (options.MinIdleTime, options.ReclaimInterval) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
    });

    public void Dispose() => _world.Dispose();

    private Func<Job, StreamContext, CancellationToken, ValueTask> Note(string host, TimeSpan duration) => async (job, _, cancellation) =>
    {
        _story.Add($"{host} starts {job.Number}");
        await _world.WaitAsync(duration, cancellation);
        _story.Add($"{host} ends {job.Number}");
    };
}
