using WorkerStreams.Engine;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// When the reclaim loop sweeps: every interval, and when it is told that something was handed back; and when it looks for deliveries of which nothing was heard: at
/// once, and again when the read must have ended.
/// </summary>
internal sealed class ReclaimSchedule : IDisposable
{
    // A timer may fire a moment too early.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ConsumerEnvironment _consumer;
    private readonly WaitList _changed = new();
    private readonly ITimer _timer;

    // Guards the fields below.
    private readonly Lock _gate = new();

    // The soonest first.
    private readonly Queue<long> _looks = new();
    private bool _isSweepAsked;

    public ReclaimSchedule(ConsumerEnvironment consumer)
    {
        _consumer = consumer;
        _timer = consumer.Time.CreateTimer(static state => ((WaitList)state!).ReleaseAll(), _changed, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>Waits until it is time for a look or a sweep. Returns whether it is a look.</summary>
    public async Task<bool> WhenDueAsync(CancellationToken cancellation)
    {
        var (begun, interval) = (_consumer.Time.GetTimestamp(), _consumer.Jitter.Around(_consumer.Plan.ReclaimInterval));
        while (true)
        {
            var wait = _changed.WaitAsync(cancellation);
            var left = interval - _consumer.Time.GetElapsedTime(begun);
            lock (_gate)
            {
                var untilLook = _looks.TryPeek(out var look) ? _consumer.Time.GetElapsedTime(_consumer.Time.GetTimestamp(), look) : TimeSpan.MaxValue;
                if (untilLook <= TimeSpan.Zero)
                    return true;
                if (left <= TimeSpan.Zero || _isSweepAsked)
                {
                    _isSweepAsked = false;
                    return false;
                }
                left = untilLook < left ? untilLook : left;
            }
            _timer.Change(left + Moment, Timeout.InfiniteTimeSpan);
            await wait;
        }
    }

    public void Dispose() => _timer.Dispose();
}
