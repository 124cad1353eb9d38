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

    /// <summary>The publishes in flight and those that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _inFlight + _waiting.Count;
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
        }
        next?.TrySetResult();
    }

    /// <summary>Lets nobody in any more, and waits until all who were in or waiting have left, or until cancelled.</summary>
    public Task CloseAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _closed = true;
            return _inFlight == 0 ? Task.CompletedTask : _emptyWanted.WaitAsync(cancellation);
        }
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
