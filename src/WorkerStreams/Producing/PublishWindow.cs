using WorkerStreams.Waiting;

namespace WorkerStreams.Producing;

/// <summary>Bounds the publishes in flight. Those beyond the limit wait in order of arrival; once closed, it lets nobody in and tells when the last is out.</summary>
internal sealed class PublishWindow(int limit)
{
    // Guards all that follows.
    private readonly Lock _gate = new();

    // Somebody waits only while the window is full: who leaves hands the place over.
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private readonly WaitList _emptyWanted = new();
    private int _inFlight;
    private bool _closed;

    // Those that nobody may be waiting for, the oldest first. Looked through when places are needed.
    private readonly Queue<PendingPublish> _pending = new();
    private bool _looking;

    /// <summary>The publishes in flight and those that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                LookUnderGate();
                return _inFlight + _waiting.Count;
            }
        }
    }

    /// <summary>Takes a place if there is one at once.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            LookUnderGate();
            if (_closed || _inFlight == limit)
                return false;
            _inFlight++;
            return true;
        }
    }

    /// <summary>The publish, which has a place, gives it back when it ends.</summary>
    public void LeaveWhenEnded(PendingPublish publish)
    {
        lock (_gate)
        {
            _pending.Enqueue(publish);
            // It has looked when it took its place.
            if (_waiting.Count > 0 || _closed)
                LookUnderGate();
        }
    }

    /// <summary>Takes a place, to be given back with <see cref="Leave"/>.</summary>
    /// <returns>Whether there is one; not after <see cref="CloseAsync"/>.</returns>
    public ValueTask<bool> EnterAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource> waiter;
        lock (_gate)
        {
            if (_closed)
                return new(false);
            if (_inFlight < limit)
            {
                _inFlight++;
                return new(true);
            }
            waiter = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            LookUnderGate();
        }
        return WaitAsync(waiter, cancellation);
    }

    public void Leave()
    {
        TaskCompletionSource? next = null;
        lock (_gate)
        {
            if (_waiting.First is { } first)
            {
                next = first.Value;
                _waiting.RemoveFirst();
            }
            else if (--_inFlight == 0 && _closed)
                _emptyWanted.ReleaseAll();
            LookUnderGate();
        }
        next?.TrySetResult();
    }

    /// <summary>Lets nobody in any more, and waits until all who were in or waiting have left, or until cancelled.</summary>
    public Task CloseAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _closed = true;
            LookUnderGate();
            return _inFlight == 0 ? Task.CompletedTask : _emptyWanted.WaitAsync(cancellation);
        }
    }

    // Each that ends here leaves. Where somebody waits for a place, or for all of them, the oldest is to tell when it ends.
    private void LookUnderGate()
    {
        if (_looking)
            return;
        _looking = true;
        while (_pending.TryPeek(out var oldest) && oldest.TryEnd())
            _pending.Dequeue();
        _looking = false;
        if ((_waiting.Count > 0 || _closed) && _pending.TryPeek(out var next))
            next.Attach();
    }

    private async ValueTask<bool> WaitAsync(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellation)
    {
        using (cancellation.UnsafeRegister(_ => GiveUp(waiter, cancellation), null))
            await waiter.Value.Task;
        return true;
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> waiter, CancellationToken cancellation)
    {
        lock (_gate)
        {
            // Served in the meantime.
            if (waiter.List is null)
                return;
            _waiting.Remove(waiter);
        }
        waiter.Value.SetCanceled(cancellation);
    }
}
