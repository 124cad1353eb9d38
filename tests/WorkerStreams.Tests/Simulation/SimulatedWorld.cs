using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Simulation;

/// <summary>A clock, an engine, and hosts on it: one thread, one seed, one history.</summary>
internal sealed class SimulatedWorld : IDisposable
{
    private readonly List<SimulatedProcess> _processes = [];

    public SimulatedWorld(int seed = 0)
    {
        Random = new(seed);
        Loop = new(Random, Time);
        EngineClock = new(Time);
        Engine = new(new() { TimeProvider = EngineClock });
    }

    public Random Random { get; }

    public VirtualTime Time { get; } = new();

    public SimulationLoop Loop { get; }

    public EngineClock EngineClock { get; }

    public InProcessStreamEngine Engine { get; }

    /// <summary>What happened, with the time: the same for the same seed.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Returns what tells the process from others.</summary>
    public string AddProcess(SimulatedProcess process)
    {
        _processes.Add(process);
        return $"{_processes.Count - 1}";
    }

    public bool IsDead(string process) => _processes[int.Parse(process, CultureInfo.InvariantCulture)].IsDead;

    public void Note(string what) => Trace.Add($"{Time.GetUtcNow():HH:mm:ss.fff} {what}");

    public SimulatedHost CreateHost(string name, Action<IServiceCollection, SimulatedHost> configure) => new(this, name, configure);

    /// <summary>Runs until the task is done; fails if the clock has moved by <paramref name="limit"/> before.</summary>
    public void Await(Task task, TimeSpan? limit = null)
    {
        Assert.True(Loop.Run(limit ?? TimeSpan.FromMinutes(5), () => task.IsCompleted), "It took longer than expected.");
        task.GetAwaiter().GetResult();
    }

    public void Run(TimeSpan duration) => Loop.Run(duration);

    public void Dispose() => Engine.Dispose();
}
