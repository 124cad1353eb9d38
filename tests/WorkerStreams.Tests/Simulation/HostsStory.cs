using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;
using WorkerStreams.Tests.Consuming;

namespace WorkerStreams.Tests.Simulation;

/// <summary>One seed's story: two to four hosts handle what is published, while handlers fail and hosts meet with misfortune.</summary>
internal sealed class HostsStory : IDisposable
{
    private const int Jobs = 30;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(30);

    private readonly int _seed;
    private readonly JobWorld _jobs;
    private readonly SimulatedWorld _world;
    private readonly Random _random;
    private readonly StreamConsumerOptions _options;
    private readonly bool _isLeaseLong;
    private readonly bool _losesAnswers;
    private readonly bool _failsCalls;
    private readonly bool _isDurable;
    private readonly Witness _witness;
    private readonly Misfortune _misfortune;
    private readonly Dictionary<int, Fate> _fates = [];
    private readonly List<SimulatedHost> _hosts = [];

    /// <param name="seed">What chance goes by.</param>
    /// <param name="isDurable">Whether the engine keeps its streams in a journal, and crashes now and then.</param>
    public HostsStory(int seed, bool isDurable)
    {
        (_seed, _isDurable) = (seed, isDurable);
        _jobs = new(seed, isDurable);
        _world = _jobs.World;
        _random = _world.Random;
        // In some stories leases outlast the story: then nothing but a host's own return brings back what it had in hand.
        _isLeaseLong = seed % 4 == 0;
        var lease = _isLeaseLong ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(10);
        _options = new()
        {
            Concurrency = 4,
            PrefetchCount = 12,
            MinIdleTime = lease,
            ReclaimInterval = lease / 2,
            RedeliveryDelay = TimeSpan.FromSeconds(1),
            MaxRedeliveryDelay = TimeSpan.FromSeconds(25),
        };
        _losesAnswers = seed % 3 == 0;
        _failsCalls = seed % 7 == 0;
        _witness = new(_jobs, _options);
        // Where leases are long, nobody looks for what a clock set forward lets look as if it had been delivered before.
        _misfortune = new(_world, _witness, CreateHost, lease, alwaysReturn: _isLeaseLong, clockJumps: !_isLeaseLong && seed % 5 == 0, engineCrashes: isDurable);
    }

    /// <summary>Plays it to the end; fails where a promise is not kept.</summary>
    public IReadOnlyList<string> Play()
    {
        // All hosts may meet with misfortune before one of them has made the group.
        Assert.True(_jobs.Engine.CreateGroupAsync(JobWorld.Jobs, JobWorld.Group, GroupPosition.Beginning, createStream: true).AsTask().IsCompletedSuccessfully);
        foreach (var name in new[] { "a", "b", "c", "d" }[..(2 + (_seed / 3 % 3))])
            _misfortune.Start(name);
        _world.Run(TimeSpan.FromSeconds(1));
        for (var number = 0; number < Jobs; number++)
        {
            Publish(number);
            GoOn(TimeSpan.FromMilliseconds(_random.Next(1500)));
        }
        var end = _world.Time.GetUtcNow() + DrainLimit;
        while (_jobs.Pending > 0 || JobWorld.Now(_jobs.Engine.GetGroupsAsync(JobWorld.Jobs))[0].Lag > 0)
        {
            Demand(_world.Time.GetUtcNow() < end, static () => "Not all was handled in time.");
            GoOn(TimeSpan.FromSeconds(1));
        }
        return _world.Trace;
    }

    public void Dispose()
    {
        // The meters, which are known to the whole process, else keep all of it in memory.
        _hosts.ForEach(static host => host.Services.GetRequiredService<StreamTelemetry>().Dispose());
        _jobs.Dispose();
    }

    private void GoOn(TimeSpan duration)
    {
        _world.Run(duration);
        _witness.Check();
        Demand(_witness.Broken.Count == 0, () => string.Join('\n', _witness.Broken));
        foreach (var consumer in _hosts.Where(static host => host.OutUntil is null).SelectMany(static host => host.Services.GetRequiredService<StreamWorker>().Consumers))
            Demand(consumer.Counters.Restarting == 0 || _losesAnswers || _failsCalls || _isDurable, () => $"A loop has failed: {consumer.Counters.LastError}");
    }

    private void Demand(bool kept, Func<string> otherwise)
    {
        if (kept)
            return;
        Assert.Fail($"""
            {otherwise()}
            To see it again: SIMULATION_SEEDS={_seed} dotnet test --project tests/WorkerStreams.Tests --filter-class "*.{nameof(HostsSimulation)}"
            {string.Join('\n', _world.Trace)}
            """);
    }

    private void Publish(int number)
    {
        var fate = _random.Next(40) switch { < 3 => Fate.Undecodable, < 6 => Fate.Poisonous, < 7 => Fate.Deadly, _ => Fate.Harmless };
        var id = _jobs.Append(("number", fate == Fate.Undecodable ? "none" : $"{number}"));
        _world.Note($"{id} is published: {fate}");
        _fates.Add(number, fate);
        _witness.Published(id, fate);
    }

    private SimulatedHost CreateHost(string name)
    {
        var host = _world.CreateHost(name, (services, host) =>
        {
            services.AddSingleton(new JobHandler((job, context, cancellation) => HandleAsync(host, job, context, cancellation)));
            services.AddStreamConsumer<Job, JobHandler>("jobs", JobWorld.Group, options =>
            {
                options.ConsumerName = name.TrimEnd(Misfortune.Twin);
                options.Concurrency = _options.Concurrency;
                options.PrefetchCount = _options.PrefetchCount;
                options.MinIdleTime = _options.MinIdleTime;
                options.ReclaimInterval = _options.ReclaimInterval;
                options.RedeliveryDelay = _options.RedeliveryDelay;
                options.MaxRedeliveryDelay = _options.MaxRedeliveryDelay;
            });
        });
        host.Engine.BeforeCall = call =>
        {
            _world.Note($"{name} asks for {call}");
            var fails = _failsCalls && _random.Next(30) == 0;
            if (fails)
                _world.Note($"{name} is refused the {call}");
            if (fails || host.OutUntil > _world.Time.GetUtcNow())
                JobWorld.Refuse(call);
        };
        host.Engine.Latency = TravelAsync;
        host.Engine.LosesAnswer = () => LosesAnswer(name);
        host.Engine.Witness = _witness;
        _hosts.Add(host);
        return host;
    }

    private async Task TravelAsync()
    {
        if (_random.Next(4) == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(50)), _world.Time);
        else
            await Task.Yield();
    }

    private bool LosesAnswer(string name)
    {
        if (!_losesAnswers || _random.Next(30) > 0)
            return false;
        _world.Note($"{name} does not hear the answer");
        return true;
    }

    // Another delivery, an end, or a sweep to come, where that does not take too long.
    private void Ask(SimulatedHost host, StreamContext context)
    {
        var asked = (Asked)_random.Next(_isLeaseLong ? 2 : 3);
        switch (asked)
        {
            case Asked.Retry:
                context.RetryAfter(TimeSpan.FromSeconds(_random.Next(20)));
                break;
            case Asked.DeadLetter:
                context.DeadLetter(Witness.AskedReason);
                break;
            default:
                context.LeavePending();
                break;
        }
        _world.Note($"{host.Name} asks for {context.Id}: {asked}");
        _witness.Asks(host, context.Id, asked);
    }

    private async ValueTask HandleAsync(SimulatedHost host, Job job, StreamContext context, CancellationToken cancellation)
    {
        var fate = _fates[job.Number];
        _world.Note($"{host.Name} begins {context.Id}, delivery {context.DeliveryCount}");
        _witness.Begins(host, context.Id, cancellation);
        try
        {
            var longest = _random.Next(20) switch { 0 => TimeSpan.FromMinutes(1), < 4 => TimeSpan.FromSeconds(2), _ => TimeSpan.FromMilliseconds(300) };
            await Task.Delay(longest * _random.NextDouble(), _world.Time, cancellation);
            if (fate == Fate.Deadly)
                await _misfortune.DieAsync(host);
            if (fate == Fate.Poisonous || _random.Next(4) == 0)
                throw new InvalidOperationException("before its effect");
            if (_random.Next(12) == 0)
            {
                Ask(host, context);
                return;
            }
            _witness.Handled(host, context.Id);
            if (_random.Next(100) == 0)
                await _misfortune.DieAsync(host);
            if (_random.Next(10) == 0)
                throw new InvalidOperationException("after its effect");
        }
        finally
        {
            _witness.Ends(host, context.Id);
        }
    }
}
