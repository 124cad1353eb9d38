namespace WorkerStreams.Tests.Simulation;

/// <summary>One thread, one queue: runs what was posted, in an order that the seed decides, and moves the clock when nothing is left to run.</summary>
internal sealed class SimulationLoop(Random random, VirtualTime time)
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(SimulatedProcess Process, SendOrPostCallback Callback, object? State)> _ready = [];

    // Written by other threads.
    private volatile string? _strayed;

    /// <summary>Called before each step, outside of all processes: what happens to them, happens between any two.</summary>
    public Action? BeforeStep { get; set; }

    public void Post(SimulatedProcess process, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            _ready.Add((process, callback, state));
        else
            _strayed = Environment.StackTrace;
    }

    /// <summary>Runs until the clock has moved by <paramref name="duration"/> or <paramref name="done"/> holds.</summary>
    public bool Run(TimeSpan duration, Func<bool>? done = null)
    {
        var end = time.GetUtcNow() + duration;
        while (done?.Invoke() != true)
        {
            Assert.True(_strayed is null, $"Something left the SynchronizationContext, and came back by\n{_strayed}");
            if (_ready.Count > 0)
                RunOne();
            else if (!time.TryMoveToNextTimer(end))
                return done is null;
        }
        return true;
    }

    private void RunOne()
    {
        BeforeStep?.Invoke();
        var index = random.Next(_ready.Count);
        var (process, callback, state) = _ready[index];
        _ready.RemoveAt(index);
        process.Execute(callback, state);
    }
}
