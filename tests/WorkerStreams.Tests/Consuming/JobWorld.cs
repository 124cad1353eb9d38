using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Consuming;

/// <summary>The message of the consumer's tests.</summary>
public sealed record Job(int Number);

/// <summary>A handler whose work is given by the test.</summary>
public sealed class JobHandler(Func<Job, StreamContext, CancellationToken, ValueTask> handle) : IStreamHandler<Job>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(Job message, StreamContext context, CancellationToken cancellation) => handle(message, context, cancellation);
}

/// <summary>A simulated world with one stream of jobs and one group, <c>workers</c>.</summary>
internal sealed class JobWorld(int seed = 0, bool isDurable = false) : IDisposable
{
    public const string Group = "workers";

    public static readonly StreamName Jobs = "jobs";
    public static readonly StreamName DeadJobs = Jobs.Companion("dead");

    public SimulatedWorld World { get; } = new(seed, isDurable);

    public IStreamEngine Engine => World.Engine;

    /// <summary>Plays a story once for each of many seeds: in another order of steps, with other jitter.</summary>
    public static void OnManySeeds(Action<JobWorld> play)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            using var world = new JobWorld(seed);
            try
            {
                play(world);
            }
            catch (Exception failure)
            {
                Assert.Fail($"Seed {seed}: {failure}");
            }
        }
    }

    public SimulatedHost Start(
        string name,
        Func<Job, StreamContext, CancellationToken, ValueTask> handle,
        Action<StreamConsumerOptions>? configure = null,
        Action<IServiceCollection, SimulatedHost>? register = null)
    {
        var host = World.CreateHost(name, (services, host) =>
        {
            register?.Invoke(services, host);
            services.AddSingleton(new JobHandler(handle));
            services.AddStreamConsumer<Job, JobHandler>("jobs", Group, options =>
            {
                options.ConsumerName = name;
                configure?.Invoke(options);
            });
        });
        World.Await(host.StartAsync());
        return host;
    }

    /// <summary>As <see cref="Start"/>, on an engine that takes its time.</summary>
    public SimulatedHost StartSlow(
        string name, out SlowEngine slow, Func<Job, StreamContext, CancellationToken, ValueTask> handle, Action<StreamConsumerOptions>? configure = null)
    {
        SlowEngine? made = null;
        var host = Start(name, handle, configure, (services, host) =>
        {
            (var engine, made) = SlowEngine.Over(host.Engine);
            services.AddWorkerStreams().UseEngine(_ => engine);
        });
        slow = made!;
        return host;
    }

    /// <summary>A handler that ends only when it is cancelled.</summary>
    public ValueTask Never(Job job, StreamContext context, CancellationToken cancellation) => new(WaitAsync(Timeout.InfiniteTimeSpan, cancellation));

    public Task WaitAsync(TimeSpan time, CancellationToken cancellation = default) => Task.Delay(time, World.Time, cancellation);

    /// <summary>Publishes jobs in the envelope-free form that any client can write.</summary>
    public void Publish(params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
            Append(("number", $"{number}"));
    }

    public StreamEntryId Append(params ReadOnlySpan<(string, string)> fields) =>
        Now(Engine.AppendAsync(Jobs, new(EntryFields.Of(fields)))) ?? throw new InvalidOperationException();

    /// <summary>A process takes what there is to take, and dies.</summary>
    public void LeaveBehind(string name, int jobs, Action<StreamConsumerOptions>? configure = null)
    {
        var dead = Start(name, Never, options =>
        {
            options.PrefetchCount = 10_000;
            configure?.Invoke(options);
        });
        Publish([.. Enumerable.Range(0, jobs)]);
        Run(TimeSpan.FromSeconds(1));
        dead.Process.Kill();
    }

    public long Pending => Now(Engine.GetPendingSummaryAsync(Jobs, Group)).Count;

    /// <summary>Pending entries whose owner has handed them back: any minimum idle time has passed.</summary>
    public int HandedBack => PendingEntries.Count(static entry => entry.Idle > TimeSpan.FromDays(1));

    public IReadOnlyList<PendingEntry> PendingEntries => Now(Engine.GetPendingAsync(new() { Stream = Jobs, Group = Group, Count = 1000 }));

    public long? Lag => Now(Engine.GetGroupsAsync(Jobs))[0].Lag;

    public IReadOnlyList<Dictionary<string, string>> DeadLetters
    {
        get
        {
            using var entries = Now(Engine.RangeAsync(DeadJobs, RangeBound.Min, RangeBound.Max));
            var letters = new List<Dictionary<string, string>>();
            foreach (ref readonly var entry in entries.Entries)
            {
                var letter = new Dictionary<string, string>();
                foreach (var part in entry.Fields)
                    letter.Add(System.Text.Encoding.UTF8.GetString(part.Name), System.Text.Encoding.UTF8.GetString(part.Value));
                letters.Add(letter);
            }
            return letters;
        }
    }

    /// <summary>What health and metrics tell of the host's only consumer.</summary>
    public static ConsumerCounters CountersOf(SimulatedHost host) => host.Services.GetRequiredService<StreamWorker>().Consumers[0].Counters;

    /// <summary>What a process sees whose way to the engine is broken.</summary>
    public static void Refuse(string call) => throw new StreamEngineException(StreamErrorCode.Unavailable, $"ERR no {call}");

    /// <summary>Another client takes the entry, as XCLAIM does.</summary>
    public void Steal(StreamEntryId id) =>
        Now(Engine.ClaimAsync(new() { Stream = Jobs, Group = Group, Consumer = "thief", Ids = new[] { id } })).Dispose();

    /// <summary>The result of a call that completes at once.</summary>
    public static T Now<T>(ValueTask<T> call)
    {
        Assert.True(call.IsCompleted);
        return call.GetAwaiter().GetResult();
    }

    public void DestroyGroup() => Assert.True(Now(Engine.DestroyGroupAsync(Jobs, Group)));

    public void Run(TimeSpan duration) => World.Run(duration);

    public void Dispose() => World.Dispose();
}
