namespace WorkerStreams.Server.Sessions;

/// <summary>
/// Lets commands in, many that share the key-space or one that has it for itself, and holds no thread for those who wait. Who waits for itself alone keeps those who share out; those
/// who came meanwhile go before the next one of its kind.
/// </summary>
internal sealed class CommandGate
{
    // Beside it the number of those inside who share.
    private const int Closed = 1 << 30;

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _alone = [];
    private readonly List<TaskCompletionSource> _sharing = [];
    private int _state;

    /// <summary>Whether a command that shares could enter at once.</summary>
    public bool TryEnterShared()
    {
        for (var state = Volatile.Read(ref _state); (state & Closed) == 0;)
        {
            var before = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (before == state)
                return true;
            state = before;
        }
        return false;
    }

    public ValueTask EnterSharedAsync()
    {
        if (TryEnterShared())
            return default;
        lock (_lock)
        {
            // It opens under the lock alone.
            if (TryEnterShared())
                return default;
            var wait = NewWait();
            _sharing.Add(wait);
            return new(wait.Task);
        }
    }

    public void ExitShared()
    {
        if (Interlocked.Decrement(ref _state) != Closed)
            return;
        lock (_lock)
        {
            // It was closed for the first of those who wait to be alone.
            _alone.Dequeue().SetResult();
        }
    }

    public ValueTask EnterAloneAsync()
    {
        lock (_lock)
        {
            var isClosed = (Volatile.Read(ref _state) & Closed) != 0;
            if (!isClosed && Interlocked.Add(ref _state, Closed) == Closed)
                return default;
            var wait = NewWait();
            _alone.Enqueue(wait);
            return new(wait.Task);
        }
    }

    public void ExitAlone()
    {
        lock (_lock)
        {
            if (_sharing.Count > 0)
            {
                Interlocked.Add(ref _state, _sharing.Count - (_alone.Count > 0 ? 0 : Closed));
                _sharing.ForEach(static wait => wait.SetResult());
                _sharing.Clear();
            }
            else if (_alone.TryDequeue(out var next))
            {
                next.SetResult();
            }
            else
            {
                Interlocked.Add(ref _state, -Closed);
            }
        }
    }

    private static TaskCompletionSource NewWait() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
