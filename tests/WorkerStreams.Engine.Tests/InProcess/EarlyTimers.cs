using Microsoft.Extensions.Time.Testing;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>Timers that are half a millisecond early, as those of a system that counts whole ones.</summary>
internal sealed class EarlyTimers(FakeTimeProvider time) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime - TimeSpan.FromMilliseconds(0.5), period);
}
