namespace WorkerStreams.Tests.Simulation;

/// <summary>The clock of the engine's machine: somebody may set it. Timers and timestamps go on as before.</summary>
internal sealed class EngineClock(VirtualTime time) : TimeProvider
{
    private TimeSpan _ahead;

    /// <summary>When it was last set, by the time of the world.</summary>
    public DateTimeOffset? JumpedAt { get; private set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public void Jump(TimeSpan distance) => (_ahead, JumpedAt) = (_ahead + distance, time.GetUtcNow());

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + _ahead;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
