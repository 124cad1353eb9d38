namespace WorkerStreams.Tests.Simulation;

/// <summary>One thread, one queue: runs what was posted, in an order that the seed decides, and moves the clock when nothing is left to run.</summary>
internal sealed class SimulationLoop(Random random, VirtualTime time)
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(SimulatedProcess Process, SendOrPostCallback Callback, object? State)> _ready = [];

    // Written by other threads.
    private volatile string? _strayed;

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
        var index = random.Next(_ready.Count);
        var (process, callback, state) = _ready[index];
        _ready.RemoveAt(index);
        if (process.IsDead)
            return;
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(process);
        try
        {
            callback(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }
}

/// <summary>What runs as one process: after <see cref="Kill"/> nothing of it runs any more, wherever it was.</summary>
internal sealed class SimulatedProcess(SimulationLoop loop) : SynchronizationContext
{
    private readonly CancellationTokenSource _killed = new();

    public bool IsDead => _killed.IsCancellationRequested;

    /// <summary>Fires when the process is killed: its connections break.</summary>
    public CancellationToken Killed => _killed.Token;

    public void Kill() => _killed.Cancel();

    public override void Post(SendOrPostCallback d, object? state) => loop.Post(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("One thread cannot wait for itself.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Starts <paramref name="action"/> in this process. An exception fails the simulation.</summary>
    public Task Run(Func<Task> action)
    {
        var completion = new TaskCompletionSource();
        Post(
            async _ =>
            {
                try
                {
                    await action();
                    completion.SetResult();
                }
                catch (Exception error)
                {
                    completion.SetException(error);
                }
            },
            null);
        return completion.Task;
    }
}
