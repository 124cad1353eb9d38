using System.Threading.Tasks.Sources;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// A read that waits: in the queue of each of its streams, with a timer and a registration of its token, and no thread. Whoever first
/// moves it out of <see cref="WaitState.Waiting"/> decides its end, so a cancelled read has delivered nothing and a served one is kept.
/// </summary>
internal sealed class Waiter : IValueTaskSource<EntryBatch>
{
    /// <summary>The most entries that one which waits is given of those of others. Whoever wakes it has reserved nothing for them, or for so many.</summary>
    public const int MostClaimed = 1000;

    /// <summary>What a record tells of them, at most and in bytes.</summary>
    public static long MostClaimedBytes { get; } = new ExpectedChange(MostClaimed).RecordBytes;

    private readonly StreamStore _store;
    private readonly ReadRequest _request;
    private readonly StreamPosition[] _positions;
    private readonly StreamName[] _streams;
    // One in the queue of each.
    private readonly LinkedListNode<Waiter>[] _nodes;
    private ManualResetValueTaskSourceCore<EntryBatch> _result = new() { RunContinuationsAsynchronously = true };
    private WaitState _state;
    private EntryBatch _batch = EntryBatch.Empty;
    private Exception? _error;
    private ITimer? _timer;
    private long _begun;
    private CancellationTokenRegistration _registration;
    private int _armedAndDone;

    /// <summary>Queues up in every stream. The caller holds the locks of all their shards.</summary>
    public Waiter(StreamStore store, ReadRequest request, StreamPosition[] positions)
    {
        (_store, _request, _positions) = (store, request, positions);
        // A stream may be named more than once.
        _streams = positions.Length == 1 ? [positions[0].Stream] : [.. positions.Select(static position => position.Stream).Distinct()];
        _nodes = new LinkedListNode<Waiter>[_streams.Length];
        for (var i = 0; i < _streams.Length; i++)
            _nodes[i] = store.ShardOf(_streams[i]).Enqueue(_streams[i], this);
    }

    /// <summary>The group that is read, or null for XREAD.</summary>
    public StreamName? Group => (_request as ReadGroupRequest)?.Group;

    /// <summary>Tells when there is something to be claimed; null where nothing is.</summary>
    public ClaimAlarm? Alarm { get; private set; }

    /// <summary>The next one woken by the same command. Guarded by the lock of the shard that woke this one.</summary>
    public Waiter? NextWoken { get; set; }

    /// <summary>Lets time run out and the token cancel. Called once, without any lock.</summary>
    public ValueTask<EntryBatch> Start(CancellationToken cancellation)
    {
        _registration = cancellation.UnsafeRegister(static (waiter, token) => ((Waiter)waiter!).Cancel(token), this);
        _begun = _store.Options.TimeProvider.GetTimestamp();
        if (_request.Block is { } block && block > TimeSpan.Zero)
            _timer = _store.Options.TimeProvider.CreateTimer(static waiter => ((Waiter)waiter!).TimeOut(), this, block, Timeout.InfiniteTimeSpan);
        if (_request is ReadGroupRequest { ClaimMinIdle: not null } claiming)
        {
            Alarm = new(_store, claiming);
            Alarm.Set();
        }
        DisarmIfSecond();
        return new(this, _result.Version);
    }

    /// <summary>
    /// Reads again, now that a stream of the slot has got entries. As in Redis that is all of the command, so far as it is about the streams whose lock the
    /// caller holds: who finds nothing was seen to ask, and goes to the end of the queues.
    /// </summary>
    /// <param name="shard">The stream's.</param>
    /// <param name="slot">The stream's.</param>
    /// <param name="ofAll">Whether the caller holds the locks of all streams.</param>
    /// <returns>Whether it was served; then the caller dequeues it, and completes it once the lock is given back.</returns>
    public bool TryServe(Shard shard, int slot, bool ofAll)
    {
        // Where the disk is full its alarm comes back to that.
        var mostClaimed = shard.MayExceed(MostClaimedBytes) ? MostClaimed : 0;
        if (!HasNews(ofAll ? null : slot, mostClaimed) || !TryEnd(WaitState.Served))
        {
            AskAgain(shard, slot);
            return false;
        }
        try
        {
            _batch = ReadCommands.Read(_store, _request, _positions, ofAll ? null : slot, mostClaimed);
        }
        catch (Exception failure)
        {
            // Such as what cannot be read from the disk. Whoever has woken this one has nothing to do with that.
            _error = failure;
        }
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

    // What it was served cannot be shown: it fails instead.
    private void Withdraw(StreamEngineException error)
    {
        _batch.Dispose();
        _error ??= error;
    }

    /// <summary>Completes a waiter whose wait has ended, and those that were woken after it, once what they were given is safe. Called once, by whoever ended the wait, without any lock.</summary>
    public static void Complete(Waiter first, ValueTask commit)
    {
        if (commit.IsCompletedSuccessfully)
            CompleteAll(first);
        else
            _ = CompleteAsync(first, commit);
    }

    // Leaves the queues and tells who awaits.
    private void Complete()
    {
        for (var i = 0; i < _nodes.Length; i++)
            _store.ShardOf(_streams[i]).Dequeue(_streams[i], _nodes[i]);
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

    private bool HasNews(int? slot, int mostClaimed)
    {
        foreach (var (name, position) in _positions)
        {
            if ((slot is { } only && name.Slot != only) || !_store.ShardOf(name).TryGet(name, out var stream))
                continue;
            var read = position.Id;
            var group = default(GroupState);
            if (_request is ReadGroupRequest request)
                read = stream.TryGetGroup(request.Group, out group) ? group.LastId : StreamEntryId.MaxValue;
            if (stream.Log.LastId > read || (group is not null && mostClaimed > 0 && GroupReads.HasClaim(group, (ReadGroupRequest)_request, _store.Now)))
                return true;
        }
        return false;
    }

    private void AskAgain(Shard shard, int slot)
    {
        for (var i = 0; i < _nodes.Length; i++)
        {
            var (name, node) = (_streams[i], _nodes[i]);
            if (name.Slot != slot || node.List is not { } queue)
                continue;
            queue.Remove(node);
            queue.AddLast(node);
            if (_state == WaitState.Waiting && _request is ReadGroupRequest request && shard.TryGet(name, request.Group, out _, out var group))
            {
                // A full disk may have no room for a new one's name.
                if (group.TryGetConsumer(request.Consumer, out _) || shard.MayExceed(request.Consumer.Bytes.Length))
                    group.SeeAgain(request.Consumer, _store.Now);
                Alarm?.Advance(group);
            }
        }
    }

    private void TimeOut()
    {
        // The system's timers may be a millisecond early.
        if (_store.Options.TimeProvider.GetElapsedTime(_begun) < _request.Block && _timer?.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan) == true)
            return;
        // It may have made its consumer.
        if (TryEnd(WaitState.TimedOut))
            Complete(this, _store.CommitAsync(ReadCommands.LastSequence(_store, _positions)));
    }

    private static async Task CompleteAsync(Waiter first, ValueTask commit)
    {
        try
        {
            await commit.ConfigureAwait(false);
        }
        catch (StreamEngineException failure)
        {
            for (var waiter = first; waiter is not null; waiter = waiter.NextWoken)
                waiter.Withdraw(failure);
        }
        CompleteAll(first);
    }

    private static void CompleteAll(Waiter first)
    {
        for (var waiter = first; waiter is not null; waiter = waiter.NextWoken)
            waiter.Complete();
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
        Alarm?.Dispose();
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
