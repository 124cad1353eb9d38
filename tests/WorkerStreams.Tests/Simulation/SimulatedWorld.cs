using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract.Durable;

namespace WorkerStreams.Tests.Simulation;

/// <summary>A clock, an engine, and hosts on it: one thread, one seed, one history.</summary>
internal sealed class SimulatedWorld : IDisposable
{
    private readonly List<SimulatedProcess> _processes = [];

    private readonly CrashingEngine? _crashing;

    /// <param name="seed">What chance goes by.</param>
    /// <param name="isDurable">Whether the engine keeps its streams in a journal, and may crash.</param>
    public SimulatedWorld(int seed = 0, bool isDurable = false)
    {
        Random = new(seed);
        Loop = new(Random, Time);
        EngineClock = new(Time);
        var options = new InProcessEngineOptions { TimeProvider = EngineClock };
        if (isDurable)
            (Engine, _crashing) = CrashingEngine.Create(options, new(seed));
        else
            Engine = new InProcessStreamEngine(options);
    }

    public Random Random { get; }

    public VirtualTime Time { get; } = new();

    public SimulationLoop Loop { get; }

    public EngineClock EngineClock { get; }

    public IStreamEngine Engine { get; }

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

    /// <summary>The engine ends where it stands, and another goes on with what is in its journal.</summary>
    public void CrashEngine()
    {
        Note(_crashing!.IsWritingCheckpoint ? "the engine crashes, in the midst of a checkpoint" : "the engine crashes");
        _crashing.Crash();
    }

    /// <summary>Runs until the task is done; fails if the clock has moved by <paramref name="limit"/> before.</summary>
    public void Await(Task task, TimeSpan? limit = null)
    {
        Assert.True(Loop.Run(limit ?? TimeSpan.FromMinutes(5), () => task.IsCompleted), "It took longer than expected.");
        task.GetAwaiter().GetResult();
    }

    public void Run(TimeSpan duration) => Loop.Run(duration);

    public void Dispose() => ((IDisposable)Engine).Dispose();
}
