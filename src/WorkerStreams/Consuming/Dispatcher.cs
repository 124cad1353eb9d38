using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>Hands held entries to at most <c>Concurrency</c> runners, which start as they are needed and end when nothing waits.</summary>
internal sealed class Dispatcher
{
    private readonly Runner[] _runners;

    // Guards every field below; _current and _running are also read without it, as hints.
    private readonly Lock _gate = new();
    private readonly Queue<HeldBatch> _batches = new();
    private readonly Stack<Runner> _resting;
    private HeldBatch? _current;
    private int _running;
    private bool _paused;
    private bool _closed;
    private readonly WaitList _idleWanted = new();

    /// <param name="consumer">The settings and the log.</param>
    /// <param name="handle">Handles one entry; never throws.</param>
    /// <param name="ranDry">Called when a runner finds nothing to do.</param>
    public Dispatcher(ConsumerEnvironment consumer, Func<HeldBatch, int, CancellationToken, ValueTask> handle, Action ranDry)
    {
        _runners = new Runner[consumer.Plan.Concurrency];
        for (var i = 0; i < _runners.Length; i++)
            _runners[i] = new(this, consumer, handle, ranDry);
        _resting = new(_runners);
    }

    /// <summary>Handlers that run.</summary>
    public int Running => Volatile.Read(ref _running);

    public void Enqueue(HeldBatch batch)
    {
        lock (_gate)
            _batches.Enqueue(batch);
        StartRunner();
    }

    /// <summary>The next entry that waits; false retires the runner that asked.</summary>
    public bool TryTake(Runner runner)
    {
        var looks = runner.LooksAtLease();
        while (true)
        {
            var batch = Volatile.Read(ref _current);
            // After a stall a runner may go on before the lease watch does: what lapsed meanwhile waits for the engine's word.
            if (looks && batch is { HasLapsedWaiting: true })
                Pause();
            else if (batch is not null && batch.TryTake(out var index))
            {
                runner.Take(batch, index);
                if (Volatile.Read(ref _running) < _runners.Length && batch.HasWaiting)
                    StartRunner();
                return true;
            }
            lock (_gate)
            {
                if (_current == batch && (_paused || !_batches.TryDequeue(out _current)))
                {
                    Retire(runner);
                    return false;
                }
            }
        }
    }

    /// <summary>Whether there may be entries of other batches to go on with.</summary>
    public bool HasOthers(HeldBatch batch) => Volatile.Read(ref _current) != batch || _batches.Count > 0;

    /// <summary>Handlers of a batch, or of one entry of it, are told to end.</summary>
    public void Cancel(HeldBatch batch, int? index = null)
    {
        foreach (var runner in _runners)
            runner.CancelIfRunning(batch, index);
    }

    /// <summary>All handlers that run are told to end.</summary>
    public void CancelAll()
    {
        foreach (var runner in _runners)
            runner.Cancel();
    }

    /// <summary>No entry is started until <see cref="Resume"/>. Returns whether that is new.</summary>
    public bool Pause()
    {
        lock (_gate)
        {
            if (_paused)
                return false;
            _paused = true;
            if (_current is not null)
            {
                HeldBatch[] inOrder = [_current, .. _batches];
                _current = null;
                _batches.Clear();
                foreach (var batch in inOrder)
                    _batches.Enqueue(batch);
            }
            return true;
        }
    }

    public void Resume()
    {
        lock (_gate)
        {
            if (!_paused || _closed)
                return;
            _paused = false;
        }
        StartRunner();
    }

    /// <summary>No entry is started any more.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
        Pause();
    }

    /// <summary>Once closed: the entries that wait, and will not be started.</summary>
    public IReadOnlyList<(HeldBatch Batch, int Index)> TakeUnstarted()
    {
        var unstarted = new List<(HeldBatch, int)>();
        lock (_gate)
        {
            while (_batches.TryDequeue(out var batch))
            {
                while (batch.TryTake(out var index))
                    unstarted.Add((batch, index));
            }
        }
        return unstarted;
    }

    /// <summary>Completes when no handler runs.</summary>
    public Task WhenIdleAsync(CancellationToken cancellation)
    {
        lock (_gate)
            return _running == 0 ? Task.CompletedTask : _idleWanted.WaitAsync(cancellation);
    }

    private void StartRunner()
    {
        Runner? runner;
        lock (_gate)
        {
            if (_paused || !_resting.TryPop(out runner))
                return;
            _running++;
        }
        _ = runner.RunAsync();
    }

    private void Retire(Runner runner)
    {
        _resting.Push(runner);
        if (--_running == 0)
            _idleWanted.ReleaseAll();
    }
}
