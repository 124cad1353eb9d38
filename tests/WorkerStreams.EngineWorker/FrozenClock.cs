namespace WorkerStreams.EngineWorker;

/// <summary>
/// It is always the same time, so that what an engine makes of the time can be foretold. Timers go by the system's clock, but fast, so that what an engine does now and then
/// it does often.
/// </summary>
internal sealed class FrozenClock(DateTimeOffset now) : TimeProvider
{
    private const int Faster = 20;

    public override DateTimeOffset GetUtcNow() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
        callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : dueTime / Faster, period == Timeout.InfiniteTimeSpan ? period : period / Faster);
}
