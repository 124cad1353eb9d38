using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Consuming;

/// <summary>Names in the group: one process has one at a time, a restarted one has its own again, and what nobody is any more is deleted.</summary>
public sealed class HeldNameTests : IDisposable
{
    private readonly JobWorld _world = new();
    private readonly List<(string Consumer, int Number, long Delivery)> _handled = [];
    private readonly Lines _log = new();

    [Fact]
    public void Two_processes_on_one_machine_have_the_first_two_ordinals()
    {
        _world.Start("first", Handle, static options => options.ConsumerName = null);
        _world.Start("second", Handle, static options => options.ConsumerName = null);

        Assert.Equal([$"{Environment.MachineName}-1", $"{Environment.MachineName}-2"], Consumers);
    }

    [Fact]
    public void A_configured_name_that_another_process_has_gets_an_ordinal_and_a_warning()
    {
        _world.Start("a", Handle);
        Start("a", Handle);

        Assert.Equal(["a", "a-2"], Consumers);
        Assert.Matches("^117 Warning Consumer JobHandler: the name a is held by 0/[0-9a-f]{32}; it takes a-2.$", Assert.Single(_log.Warnings));
    }

    [Fact]
    public void A_process_that_is_started_again_has_its_name_and_what_it_had_in_hand_at_once()
    {
        _world.LeaveBehind("a", 3);
        Start("a", Handle);
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([("a", 0, 2L), ("a", 1, 2L), ("a", 2, 2L)], _handled.Order());
        Assert.Equal(["a"], Consumers);
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public void Who_lost_its_name_in_a_stall_settles_nothing_under_it_and_goes_on_under_another() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<(string, int)>();
        var stall = TimeSpan.FromMinutes(3);
        var sleeper = world.Start("a", async (job, context, _) =>
        {
            if (job.Number == 0)
                await world.WaitAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
            // Whether its name is another by then is chance.
            handled.Add((job.Number == 0 ? "a" : $"{context.Consumer}", job.Number));
        });
        world.Publish(0);
        world.Run(TimeSpan.FromSeconds(1));
        sleeper.Process.Stall(world.World.Time.GetUtcNow() + stall);
        world.Run(stall - TimeSpan.FromSeconds(10));
        // It takes what it finds under its name, and is at it when the other wakes.
        world.Start("a", async (job, context, _) =>
        {
            await world.WaitAsync(TimeSpan.FromSeconds(job.Number == 0 ? 30 : 0), CancellationToken.None);
            handled.Add(($"{context.Consumer} anew", job.Number));
        });
        world.Run(TimeSpan.FromSeconds(10));
        sleeper.Process.Continue();
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal([("a", 0), ("a anew", 0)], handled);
        Assert.Equal((0, 0), (JobWorld.CountersOf(sleeper).Handled, world.Pending));
        for (var number = 1; number <= 100; number++)
        {
            world.Publish(number);
            world.Run(TimeSpan.FromSeconds(0.1));
        }
        world.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(Enumerable.Range(1, 100), handled[2..].Select(static entry => entry.Item2).Order());
        Assert.Equal(["a anew", "a-2"], handled[2..].Select(static entry => entry.Item1).Distinct().Order());
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void What_is_delivered_under_a_name_that_may_be_lost_by_then_is_not_begun() => JobWorld.OnManySeeds(world =>
    {
        var begun = new List<string>();
        var cutOff = Start("cut off");
        world.Run(TimeSpan.FromSeconds(1));
        // All but the read that waits.
        cutOff.Engine.BeforeCall = JobWorld.Refuse;
        world.Run(TimeSpan.FromSeconds(30));
        var instead = Start("instead");
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(begun);

        instead.Process.Kill();
        Start("again");
        world.Run(TimeSpan.FromSeconds(1));
        cutOff.Engine.BeforeCall = null;
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(["again"], begun);

        SimulatedHost Start(string host) => world.Start(
            "a",
            (job, context, cancellation) =>
            {
                begun.Add(host);
                return new(world.WaitAsync(TimeSpan.FromSeconds(5), cancellation));
            },
            options => options.MinIdleTime = TimeSpan.FromSeconds(10));
    });

    [Fact]
    public void Who_stops_leaves_no_name_behind()
    {
        var host = _world.Start("a", Handle);
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        _world.World.Await(host.StopAsync());

        Assert.Empty(Consumers);
    }

    [Fact]
    public void A_rolling_deploy_of_a_hundred_leaves_none_behind()
    {
        const int pods = 100;
        var old = new Queue<SimulatedHost>();
        for (var pod = 0; pod <= pods; pod++)
        {
            // So slow that each has some to hand back.
            old.Enqueue(_world.Start($"pod{pod}", async (job, context, cancellation) =>
            {
                await _world.WaitAsync(TimeSpan.FromSeconds(0.5), cancellation);
                await Handle(job, context, cancellation);
            }));
            _world.Publish([.. Enumerable.Range(10 * pod, 10)]);
            _world.Run(TimeSpan.FromSeconds(1));
            if (old.Count > 2)
                _world.World.Await(old.Dequeue().StopAsync());
        }
        _world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal([$"pod{pods - 1}", $"pod{pods}"], Consumers.Order(StringComparer.Ordinal).OrderBy(static name => name.Length));
        Assert.Equal(Enumerable.Range(0, 10 * (pods + 1)), _handled.Select(static entry => entry.Number).Order());
        Assert.All(_handled, static entry => Assert.Equal(1, entry.Delivery));
    }

    [Fact]
    public void The_name_of_one_that_died_goes_when_what_it_had_in_hand_was_claimed_and_not_before()
    {
        _world.LeaveBehind("dead", 3);
        Start("other", Handle);
        _world.Run(TimeSpan.FromSeconds(55));
        Assert.Equal((3, "dead other"), (_world.Pending, string.Join(' ', Consumers)));

        _world.Run(TimeSpan.FromMinutes(6));
        Assert.Equal([("other", 0, 2L), ("other", 1, 2L), ("other", 2, 2L)], _handled.Order());
        Assert.Equal(["other"], Consumers);
    }

    [Fact]
    public void Hosts_whose_leases_differ_are_warned_once_each()
    {
        Start("a", Handle);
        Start("b", Handle);
        _world.Run(TimeSpan.FromMinutes(5));
        Assert.Empty(_log.Warnings);

        Start("c", Handle, static options => options.MinIdleTime = TimeSpan.FromSeconds(50));
        _world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(3, _log.Warnings.Count);
        Assert.Equal(
            "120 Warning Consumer JobHandler: its MinIdleTime is 00:00:50, and that of another consumer of group workers of stream jobs is 00:01:00. "
                + "They should agree: who has the shorter one claims what the other still holds.",
            _log.Warnings[0]);
    }

    public void Dispose()
    {
        _world.Dispose();
        _log.Dispose();
    }

    private IEnumerable<string> Consumers => JobWorld.Now(_world.Engine.GetConsumersAsync(JobWorld.Jobs, JobWorld.Group)).Select(static consumer => $"{consumer.Name}");

    private ValueTask Handle(Job job, StreamContext context, CancellationToken cancellation)
    {
        _handled.Add(($"{context.Consumer}", job.Number, context.DeliveryCount));
        return default;
    }

    private void Start(string name, Func<Job, StreamContext, CancellationToken, ValueTask> handle, Action<StreamConsumerOptions>? configure = null) =>
        _world.Start(name, handle, configure, (services, _) => services.AddLogging(logging => logging.AddProvider(_log)));

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Warnings { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Warnings.Add($"{eventId.Id} {logLevel} {formatter(state, exception)}");
        }

        public void Dispose()
        {
        }
    }
}
