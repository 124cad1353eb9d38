using WorkerStreams.Engine;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// When this consumer sweeps: every interval, and when it is told that something was handed back; and when it looks for deliveries of which nothing was heard: at
/// once, and again when the read must have ended.
/// </summary>
internal sealed class ReclaimSchedule : IDisposable
{
    // A timer may fire a moment too early.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ConsumerEnvironment _consumer;
    private readonly WaitList _changed = new();
    private readonly ITimer _sweepTimer;
    private readonly ITimer _lookTimer;

    // Guards the fields below.
    private readonly Lock _gate = new();

    // The soonest first.
    private readonly Queue<long> _looks = new();
    private bool _isSweepAsked;

    public ReclaimSchedule(ConsumerEnvironment consumer)
    {
        _consumer = consumer;
        (_sweepTimer, _lookTimer) = (CreateTimer(), CreateTimer());
    }

    /// <summary>When the next look is due or was, or null where none is.</summary>
    public long? NextLook
    {
        get
        {
            lock (_gate)
                return _looks.TryPeek(out var look) ? look : null;
        }
    }

    /// <summary>An answer was not heard, by which entries may have come.</summary>
    public void Suspect()
    {
        var now = _consumer.Time.GetTimestamp();
        lock (_gate)
        {
            _looks.Clear();
            _looks.Enqueue(now);
            _looks.Enqueue(now + (long)(IStreamEngine.LongestUnheardRead.TotalSeconds * _consumer.Time.TimestampFrequency));
        }
        _changed.ReleaseAll();
    }

    /// <summary>That look is over.</summary>
    public void Looked(long? look)
    {
        lock (_gate)
        {
            // Unless there is another suspicion meanwhile.
            if (_looks.TryPeek(out var next) && next == look)
                _looks.Dequeue();
        }
    }

    /// <summary>Something was handed back.</summary>
    public void SweepNow()
    {
        lock (_gate)
            _isSweepAsked = true;
        _changed.ReleaseAll();
    }

    /// <summary>Waits until it is time for a sweep.</summary>
    public Task WhenSweepDueAsync(CancellationToken cancellation)
    {
        var (begun, interval) = (_consumer.Time.GetTimestamp(), _consumer.Jitter.Around(_consumer.Plan.ReclaimInterval));
        return WhenDueAsync(_sweepTimer, LeftUnderGate, cancellation);

        TimeSpan? LeftUnderGate()
        {
            var left = _isSweepAsked ? TimeSpan.Zero : interval - _consumer.Time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
                _isSweepAsked = false;
            return left;
        }
    }

    /// <summary>Waits until it is time for a look.</summary>
    public Task WhenLookDueAsync(CancellationToken cancellation) =>
        WhenDueAsync(_lookTimer, () => _looks.TryPeek(out var look) ? _consumer.Time.GetElapsedTime(_consumer.Time.GetTimestamp(), look) : null, cancellation);

    public void Dispose()
    {
        _sweepTimer.Dispose();
        _lookTimer.Dispose();
    }

    private async Task WhenDueAsync(ITimer timer, Func<TimeSpan?> leftUnderGate, CancellationToken cancellation)
    {
        while (true)
        {
            var wait = _changed.WaitAsync(cancellation);
            TimeSpan? left;
            lock (_gate)
                left = leftUnderGate();
            if (left <= TimeSpan.Zero)
                return;
            timer.Change(left + Moment ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await wait;
        }
    }

    private ITimer CreateTimer() =>
        _consumer.Time.CreateTimer(static state => ((WaitList)state!).ReleaseAll(), _changed, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
