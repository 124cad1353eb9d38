using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>Hands held entries to at most <c>Concurrency</c> runners, which start as they are needed and end when nothing waits.</summary>
internal sealed class Dispatcher
{
    private readonly ConsumerEnvironment _consumer;
    private readonly Runner[] _runners;

    // Guards every field below; _current and _running are also read without it, as hints.
    private readonly Lock _gate = new();
    private readonly Queue<HeldBatch> _batches = new();
    private readonly Stack<Runner> _resting;
    private HeldBatch? _current;

    // Entries that may have ended a process, the runner that handles one alone, and whether any of this is to be looked at; that is also read without the gate, as a hint.
    private readonly Queue<HeldBatch> _suspects = new();
    private Runner? _alone;
    private volatile bool _someSuspected;

    // Since when the next one waits for all others to end, and those that were waited for in vain, with the entries that they had: for them nothing waits any more.
    private long? _aloneWaitsSince;
    private List<(Runner Runner, long Entry)> _slow = [];
    private int _running;
    private bool _paused;
    private bool _closed;
    private readonly WaitList _idleWanted = new();

    /// <param name="consumer">The settings and the log.</param>
    /// <param name="handle">Handles one entry; never throws.</param>
    /// <param name="ranDry">Called when a runner finds nothing to do.</param>
    public Dispatcher(ConsumerEnvironment consumer, Func<HeldBatch, int, CancellationToken, ValueTask> handle, Action ranDry)
    {
        _consumer = consumer;
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
        {
            (batch.Suspicion == Suspicion.None ? _batches : _suspects).Enqueue(batch);
            _someSuspected |= batch.Suspicion != Suspicion.None;
        }
        StartRunner();
    }

    /// <summary>The next entry that waits; false retires the runner that asked.</summary>
    public bool TryTake(Runner runner)
    {
        var looks = runner.LooksAtLease();
        while (true)
        {
            if (_someSuspected && TryTakeSuspect(runner) is { } taken)
                return taken;
            var batch = Volatile.Read(ref _current);
            // After a stall a runner may go on before the lease watch does: what lapsed meanwhile waits for the engine's word.
            if (looks && batch is { HasLapsedWaiting: true })
                Pause();
            else if (batch is not null && batch.TryTake(out var index))
            {
                runner.Take(batch, index);
                if (Volatile.Read(ref _running) < _runners.Length && (batch.HasWaiting || _batches.Count > 0))
                    StartRunner();
                return true;
            }
            lock (_gate)
            {
                if (_current == batch && (_paused || !_batches.TryDequeue(out _current)))
                {
                    if (_suspects.Count > 0 && !_paused)
                        continue;
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

    /// <summary>Now and then: what waits to run alone is not to wait for ever.</summary>
    public void Look()
    {
        lock (_gate)
        {
            if (_aloneWaitsSince is not { } since || !_consumer.HasLapsed(since))
                return;
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
            foreach (var batch in _batches.Concat(_suspects))
            {
                while (batch.TryTake(out var index))
                    unstarted.Add((batch, index));
            }
            _batches.Clear();
            _suspects.Clear();
        }
        return unstarted;
    }

    /// <summary>Completes when no handler runs.</summary>
    public Task WhenIdleAsync(CancellationToken cancellation)
    {
        lock (_gate)
            return _running == 0 ? Task.CompletedTask : _idleWanted.WaitAsync(cancellation);
    }

    // In turn with others, so that neither holds up the other. False retires the runner, as what is to run alone waits for the others to end; null is for the others.
    private bool? TryTakeSuspect(Runner runner)
    {
        lock (_gate)
        {
            if (_alone == runner)
                _alone = null;
            while (!_paused && _suspects.TryPeek(out var batch))
            {
                var isAlone = batch.Suspicion == Suspicion.Alone;
                if (batch.HasLapsedWaiting)
                {
                    Pause();
                }
                else if (!batch.HasWaiting)
                {
                    _suspects.Dequeue();
                }
                else if (isAlone && _running > 1 && WaitsForOthersUnderGate(runner))
                {
                    Retire(runner);
                    return false;
                }
                else if (runner.HadSuspect && (_current is { HasWaiting: true } || _batches.Count > 0))
                {
                    runner.HadSuspect = false;
                    return null;
                }
                else if (batch.TryTake(out var index))
                {
                    _alone = isAlone && _running == 1 ? runner : null;
                    _aloneWaitsSince = null;
                    runner.Take(batch, index);
                    StartRunner();
                    return true;
                }
            }
            _someSuspected = _suspects.Count > 0;
            if (!_someSuspected)
                _aloneWaitsSince = null;
            return null;
        }
    }

    // For a lease at most, so that handlers that take long, or hang, do not hold up everything.
    private bool WaitsForOthersUnderGate(Runner asks)
    {
        _slow.RemoveAll(slow => slow.Runner.Entry != slow.Entry || _resting.Contains(slow.Runner));
        _aloneWaitsSince ??= _consumer.Time.GetTimestamp();
        if (_slow.Count == 0 && _consumer.HasLapsed(_aloneWaitsSince.Value))
            _slow = [.. _runners.Except(_resting).Where(runner => runner != asks).Select(static runner => (runner, runner.Entry))];
        return _slow.Count == 0;
    }

    private void StartRunner()
    {
        Runner? runner;
        lock (_gate)
        {
            if (_paused || _alone is not null || !_resting.TryPop(out runner))
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
