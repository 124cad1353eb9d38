namespace WorkerStreams.Consuming;

/// <summary>Wakes one waiter; a signal that nobody waits for is kept for the next.</summary>
internal sealed class AsyncSignal
{
    // Guards the two fields below.
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter;
    private bool _isSet;

    public void Set()
    {
        lock (_gate)
        {
            _isSet = _waiter is null;
            _waiter?.SetResult();
            _waiter = null;
        }
    }

    public async Task WaitAsync(CancellationToken cancellation)
    {
        Task wait;
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return;
            }
            wait = (_waiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        await wait.WaitAsync(cancellation);
    }
}
