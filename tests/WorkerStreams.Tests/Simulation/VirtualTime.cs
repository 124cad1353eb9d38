namespace WorkerStreams.Tests.Simulation;

/// <summary>A clock that stands still until it is moved to the next timer. Callbacks are posted to the process that made the timer.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly List<VirtualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the next timer and fires it, or to <paramref name="end"/> when there is none before; then it returns false.</summary>
    public bool TryMoveToNextTimer(DateTimeOffset end)
    {
        var next = _timers.MinBy(timer => (timer.Due, timer.Order));
        if (next is null || next.Due > end)
        {
            _now = end;
            return false;
        }
        _now = next.Due > _now ? next.Due : _now;
        next.Fire();
        return true;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private readonly SynchronizationContext? _process = SynchronizationContext.Current;
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time._timers.Remove(this);
            _period = period;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            Due = time._now + dueTime;
            Order = time._order++;
            time._timers.Add(this);
            return true;
        }

        public void Fire()
        {
            time._timers.Remove(this);
            if (_period > TimeSpan.Zero)
                Change(_period, _period);
            if (_process is null)
                callback(state);
            else
                _process.Post(callback.Invoke, state);
        }

        public void Dispose() => time._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
