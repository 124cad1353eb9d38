namespace WorkerStreams.Engine.Model;

/// <summary>How much a stream remembers of appends that are to be done once.</summary>
/// <param name="Duration">For how long, in milliseconds.</param>
/// <param name="MaxIds">How many of each producer.</param>
internal sealed record IdempotencyLimits(long Duration, int MaxIds)
{
    public static IdempotencyLimits Default { get; } = new((long)IdempotencyInfo.Default.Duration.TotalMilliseconds, IdempotencyInfo.Default.MaxIds);

    public static bool IsDuration(TimeSpan duration) => duration >= TimeSpan.FromSeconds(1) && duration <= TimeSpan.FromDays(1);

    public static bool IsMaxIds(long maxIds) => maxIds is >= 1 and <= 10_000;
}
