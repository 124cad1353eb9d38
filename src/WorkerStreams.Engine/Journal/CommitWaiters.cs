using System.Threading.Tasks.Sources;

namespace WorkerStreams.Engine.Journal;

/// <summary>Who waits for a flush. What they wait on is used again, so that a commit allocates nothing.</summary>
internal sealed class CommitWaiters(LogWriter writer, Func<StreamEngineException> failure)
{
    private const int MostSpares = 4096;

    // Guards everything here.
    private readonly Lock _lock = new();
    private readonly Stack<CommitWaiter> _spares = new();
    private readonly List<CommitWaiter> _waiting = [];
    private int _count;

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _count);

    /// <summary>Completes when the sequence is committed; at once where it is.</summary>
    public ValueTask Wait(long sequence)
    {
        lock (_lock)
        {
            // Within the lock, or the flush that commits it might be over before it waits.
            if (writer.Committed >= sequence)
                return default;
            if (writer.Failure is not null)
                return ValueTask.FromException(failure());
            if (!_spares.TryPop(out var waiter))
                waiter = new(this);
            _waiting.Add(waiter);
            Volatile.Write(ref _count, _waiting.Count);
            return waiter.Begin(sequence);
        }
    }

    /// <summary>Tells those whose sequence is committed; all, where the journal has failed.</summary>
    /// <returns>How many were told.</returns>
    public int Complete()
    {
        Completion done;
        lock (_lock)
        {
            done = new(writer.Committed, writer.Failure is null ? null : failure());
            var left = 0;
            for (var i = 0; i < _waiting.Count; i++)
            {
                if (!done.TryAdd(_waiting[i]))
                    _waiting[left++] = _waiting[i];
            }
            _waiting.RemoveRange(left, _waiting.Count - left);
            Volatile.Write(ref _count, left);
        }
        done.Begin();
        return done.Count;
    }

    private void Return(CommitWaiter waiter)
    {
        lock (_lock)
        {
            if (_spares.Count < MostSpares)
                _spares.Push(waiter);
        }
    }

    // Tells those who are done, on as many threads as the pool has for it. Each of them tells one after the other, for a work item each costs more than what most of them do; and has another
    // thread called before the first, so that one who blocks holds up nobody.
    private sealed class Completion(long committed, Exception? error) : IThreadPoolWorkItem
    {
        private readonly List<CommitWaiter> _done = [];
        private int _next = -1;

        public int Count => _done.Count;

        public bool TryAdd(CommitWaiter waiter)
        {
            if (waiter.Sequence > committed && error is null)
                return false;
            _done.Add(waiter);
            return true;
        }

        public void Begin()
        {
            if (Count > 0)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        public void Execute()
        {
            if (Volatile.Read(ref _next) < Count - 2)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            while (Interlocked.Increment(ref _next) is var next && next < Count)
                _done[next].End(_done[next].Sequence > committed ? error : null);
        }
    }

    private sealed class CommitWaiter(CommitWaiters owner) : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _result;

        public long Sequence { get; private set; }

        public ValueTask Begin(long sequence)
        {
            Sequence = sequence;
            return new(this, _result.Version);
        }

        public void End(Exception? error)
        {
            if (error is null)
                _result.SetResult(true);
            else
                _result.SetException(error);
        }

        public void GetResult(short token)
        {
            try
            {
                _result.GetResult(token);
            }
            finally
            {
                _result.Reset();
                owner.Return(this);
            }
        }

        public ValueTaskSourceStatus GetStatus(short token) => _result.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _result.OnCompleted(continuation, state, token, flags);
    }
}
