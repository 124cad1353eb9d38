namespace WorkerStreams.Consuming;

/// <summary>A consumer's figures since the host started; written by many, read by the health check.</summary>
internal sealed class ConsumerCounters
{
    private long _handled;
    private long _retried;
    private long _failed;
    private long _deadLettered;
    private long _leasesLost;
    private long _trimmed;
    private long _reclaimed;
    private long _lastLoopAt = long.MinValue;
    private int _restarting;
    private volatile Exception? _lastError;

    public long Handled => Volatile.Read(ref _handled);

    /// <summary>Calls of the handler repeated within one delivery.</summary>
    public long Retried => Volatile.Read(ref _retried);

    public long Failed => Volatile.Read(ref _failed);

    public long DeadLettered => Volatile.Read(ref _deadLettered);

    public long LeasesLost => Volatile.Read(ref _leasesLost);

    public long Trimmed => Volatile.Read(ref _trimmed);

    public long Reclaimed => Volatile.Read(ref _reclaimed);

    /// <summary>When the read loop last came round, by the clock of this host, or null where it never did.</summary>
    public long? LastLoopAt => Volatile.Read(ref _lastLoopAt) is var at and not long.MinValue ? at : null;

    /// <summary>Loops that faulted and wait to start anew.</summary>
    public int Restarting => Volatile.Read(ref _restarting);

    /// <summary>The last failure of a handler or of a loop.</summary>
    public Exception? LastError
    {
        get => _lastError;
        set => _lastError = value;
    }

    public void Looped(long at) => Volatile.Write(ref _lastLoopAt, at);

    public void BeginRestart() => Interlocked.Increment(ref _restarting);

    public void EndRestart() => Interlocked.Decrement(ref _restarting);

    public void AddHandled(int count) => Interlocked.Add(ref _handled, count);

    public void AddRetried() => Interlocked.Increment(ref _retried);

    public void AddFailed(Exception? error)
    {
        _lastError = error;
        Interlocked.Increment(ref _failed);
    }

    public void AddDeadLettered() => Interlocked.Increment(ref _deadLettered);

    public void AddLeasesLost(int count) => Interlocked.Add(ref _leasesLost, count);

    public void AddTrimmed(int count) => Interlocked.Add(ref _trimmed, count);

    public void AddReclaimed(int count) => Interlocked.Add(ref _reclaimed, count);
}
