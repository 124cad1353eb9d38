using System.Threading.Tasks.Sources;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// A read that waits: in the queue of each of its streams, with a timer and a registration of its token, and no thread. Whoever first
/// moves it out of <see cref="WaitState.Waiting"/> decides its end, so a cancelled read has delivered nothing and a served one is kept.
/// </summary>
internal sealed class Waiter : IValueTaskSource<EntryBatch>
{
    private readonly StreamStore _store;
    private readonly ReadRequest _request;
    private readonly StreamPosition[] _positions;
    private readonly LinkedListNode<Waiter>[] _nodes;
    private ManualResetValueTaskSourceCore<EntryBatch> _result = new() { RunContinuationsAsynchronously = true };
    private WaitState _state;
    private EntryBatch _batch = EntryBatch.Empty;
    private Exception? _error;
    private ITimer? _timer;
    private CancellationTokenRegistration _registration;
    private int _armedAndDone;

    /// <summary>Queues up in every stream. The caller holds the locks of all their shards.</summary>
    public Waiter(StreamStore store, ReadRequest request, StreamPosition[] positions)
    {
        (_store, _request, _positions) = (store, request, positions);
        _nodes = new LinkedListNode<Waiter>[positions.Length];
        for (var i = 0; i < positions.Length; i++)
            _nodes[i] = store.ShardOf(positions[i].Stream).Enqueue(positions[i].Stream, this);
    }

    /// <summary>The group that is read, or null for XREAD.</summary>
    public StreamName? Group => (_request as ReadGroupRequest)?.Group;

    /// <summary>The next one woken by the same command. Guarded by the lock of the shard that woke this one.</summary>
    public Waiter? NextWoken { get; set; }

    /// <summary>Lets time run out and the token cancel. Called once, without any lock.</summary>
    public ValueTask<EntryBatch> Start(CancellationToken cancellation)
    {
        _registration = cancellation.UnsafeRegister(static (waiter, token) => ((Waiter)waiter!).Cancel(token), this);
        if (_request.Block is { } block && block > TimeSpan.Zero)
            _timer = _store.Options.TimeProvider.CreateTimer(static waiter => ((Waiter)waiter!).TimeOut(), this, block, Timeout.InfiniteTimeSpan);
        DisarmIfSecond();
        return new(this, _result.Version);
    }

    /// <summary>Takes what there is for it in the stream, whose lock the caller holds.</summary>
    /// <returns>Whether it was served; then the caller dequeues it, and completes it once the lock is given back.</returns>
    public bool TryServe(StreamState stream)
    {
        if (!HasNews(stream) || !TryEnd(WaitState.Served))
            return false;
        _batch = ReadCommands.Read(_store, _request, _positions, stream);
        return true;
    }

    /// <returns>Whether it fails; then the caller dequeues it, and completes it once the lock is given back.</returns>
    public bool TryFail(StreamEngineException error)
    {
        if (!TryEnd(WaitState.Failed))
            return false;
        _error = error;
        return true;
    }

    /// <summary>Leaves the queues and tells who awaits. Called once, by whoever ended the wait, without any lock.</summary>
    public void Complete()
    {
        for (var i = 0; i < _nodes.Length; i++)
            _store.ShardOf(_positions[i].Stream).Dequeue(_positions[i].Stream, _nodes[i]);
        DisarmIfSecond();
        if (_error is null)
            _result.SetResult(_batch);
        else
            _result.SetException(_error);
    }

    EntryBatch IValueTaskSource<EntryBatch>.GetResult(short token) => _result.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<EntryBatch>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<EntryBatch>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    private bool HasNews(StreamState stream)
    {
        if (_request is ReadGroupRequest request)
            return stream.TryGetGroup(request.Group, out var group) && stream.Log.LastId > group.LastId;
        foreach (var position in _positions)
        {
            if (position.Stream == stream.Name && stream.Log.LastId > position.Position.Id)
                return true;
        }
        return false;
    }

    private void TimeOut()
    {
        if (TryEnd(WaitState.TimedOut))
            Complete();
    }

    private void Cancel(CancellationToken cancellation)
    {
        if (!TryEnd(WaitState.Cancelled))
            return;
        _error = new OperationCanceledException(cancellation);
        Complete();
    }

    private bool TryEnd(WaitState end) => Interlocked.CompareExchange(ref _state, end, WaitState.Waiting) == WaitState.Waiting;

    // Start and Complete may run at once; the later of them puts the timer and the registration away.
    private void DisarmIfSecond()
    {
        if (Interlocked.Increment(ref _armedAndDone) < 2)
            return;
        _timer?.Dispose();
        _registration.Unregister();
    }
}

/// <summary>How a wait stands, or ended.</summary>
internal enum WaitState
{
    Waiting,
    Served,
    TimedOut,
    Cancelled,
    Failed,
}
