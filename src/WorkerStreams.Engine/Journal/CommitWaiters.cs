namespace WorkerStreams.Engine.Journal;

/// <summary>Who waits for a flush.</summary>
internal sealed class CommitWaiters(LogWriter writer, Func<StreamEngineException> failure)
{
    // Guards everything here.
    private readonly Lock _lock = new();
    // With the sequences, so that only those who are told are looked at: the memory of the others is in the cache of who appends.
    private readonly List<(long Sequence, CommitWaiter Waiter)> _waiting = [];
    private int _count;

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _count);

    /// <returns>What to wait on until the sequence is committed, which answers with that result; null where it is.</returns>
    public CommitWaiter<T>? Wait<T>(long sequence, T result)
    {
        lock (_lock)
        {
            // Within the lock, or the flush that commits it might be over before it waits.
            if (writer.Committed >= sequence)
                return null;
            if (writer.Failure is null)
            {
                var waiter = CommitWaiter<T>.For(result);
                _waiting.Add((sequence, waiter));
                Volatile.Write(ref _count, _waiting.Count);
                return waiter;
            }
        }
        return Failed(result);
    }

    /// <summary>What tells at once that nothing will be committed any more.</summary>
    public CommitWaiter<T> Failed<T>(T result)
    {
        var waiter = CommitWaiter<T>.For(result);
        waiter.End(failure());
        return waiter;
    }

    /// <summary>Takes out those whose sequence is committed, who are to be told; all, where the journal has failed.</summary>
    /// <param name="left">How many wait on.</param>
    public Completion Take(out int left)
    {
        lock (_lock)
        {
            var done = new Completion(_waiting.Count, writer.Committed, writer.Failure is null ? null : failure());
            left = 0;
            for (var i = 0; i < _waiting.Count; i++)
            {
                if (!done.TryAdd(_waiting[i].Sequence, _waiting[i].Waiter))
                    _waiting[left++] = _waiting[i];
            }
            _waiting.RemoveRange(left, _waiting.Count - left);
            Volatile.Write(ref _count, left);
            return done;
        }
    }

    /// <summary>Tells those whose sequence is committed; all, where the journal has failed.</summary>
    public void Complete() => Take(out _).Begin(byOne: false);
}
