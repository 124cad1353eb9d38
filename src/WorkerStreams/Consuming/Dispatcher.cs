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
    private bool _closed;
    private readonly WaitList _idleWanted = new();

    /// <param name="concurrency">The most runners.</param>
    /// <param name="handle">Handles one entry; never throws.</param>
    /// <param name="ranDry">Called when a runner finds nothing to do.</param>
    public Dispatcher(int concurrency, Func<HeldBatch, int, CancellationToken, ValueTask> handle, Action ranDry)
    {
        _runners = new Runner[concurrency];
        for (var i = 0; i < concurrency; i++)
            _runners[i] = new(this, handle, ranDry);
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
        while (true)
        {
            var batch = Volatile.Read(ref _current);
            if (batch is not null && batch.TryTake(out var index))
            {
                runner.Take(batch, index);
                if (Volatile.Read(ref _running) < _runners.Length && batch.HasWaiting)
                    StartRunner();
                return true;
            }
            lock (_gate)
            {
                if (_current == batch && !(_batches.TryDequeue(out _current)))
                {
                    Retire(runner);
                    return false;
                }
            }
        }
    }

    /// <summary>The lease on an entry is lost: its handler, if it runs, is told.</summary>
    public void Cancel(HeldBatch batch, int index)
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

    /// <summary>No more entries are started; returns those that wait.</summary>
    public IReadOnlyList<(HeldBatch Batch, int Index)> Close()
    {
        var unstarted = new List<(HeldBatch, int)>();
        lock (_gate)
        {
            _closed = true;
            do
            {
                while (_current is not null && _current.TryTake(out var index))
                    unstarted.Add((_current, index));
            }
            while (_batches.TryDequeue(out _current));
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
            if (_closed || !_resting.TryPop(out runner))
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
