namespace WorkerStreams.Server.Keys;

/// <summary>Fires when the next key is due. It may fire too soon, and does not fire again until it is set again.</summary>
/// <param name="time">The clock.</param>
/// <param name="due">What it does.</param>
internal sealed class ExpiryTimer(TimeProvider time, Action due) : IDisposable
{
    // In milliseconds: what a timer takes.
    private const long Longest = 24 * 60 * 60 * 1000;

    private ITimer? _timer;
    private long _at = long.MaxValue;

    /// <summary>Sets it, in milliseconds since 1970-01-01 UTC. By one caller at a time.</summary>
    public void Set(long at)
    {
        if (at == Volatile.Read(ref _at))
            return;
        Volatile.Write(ref _at, at);
        if (at == long.MaxValue)
            return;
        _timer ??= time.CreateTimer(static timer => ((ExpiryTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(at - time.GetUtcNow().ToUnixTimeMilliseconds(), 0, Longest)), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private void Fire()
    {
        Volatile.Write(ref _at, long.MaxValue);
        due();
    }
}
