namespace WorkerStreams.Tests.Simulation;

/// <summary>What runs as one process: after <see cref="Kill"/> nothing of it runs any more, wherever it was.</summary>
internal sealed class SimulatedProcess(SimulationLoop loop) : SynchronizationContext
{
    private readonly CancellationTokenSource _killed = new();
    private readonly List<(SendOrPostCallback Callback, object? State)> _held = [];
    private bool _isStalled;

    public bool IsDead => _killed.IsCancellationRequested;

    /// <summary>Fires when the process is killed: its connections break.</summary>
    public CancellationToken Killed => _killed.Token;

    public void Kill() => _killed.Cancel();

    /// <summary>The end of its last stall, or of the one that it is in.</summary>
    public DateTimeOffset? StalledUntil { get; private set; }

    /// <summary>Nothing of it runs until <see cref="Continue"/>, as when its machine is suspended.</summary>
    public void Stall(DateTimeOffset until) => (_isStalled, StalledUntil) = (true, until);

    public void Continue()
    {
        _isStalled = false;
        foreach (var (callback, state) in _held)
            Post(callback, state);
        _held.Clear();
    }

    /// <summary>The process has the processor, for one step.</summary>
    public void Execute(SendOrPostCallback callback, object? state)
    {
        if (IsDead)
            return;
        if (_isStalled)
        {
            _held.Add((callback, state));
            return;
        }
        var outside = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(outside);
        }
    }

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
