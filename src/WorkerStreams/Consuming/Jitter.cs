namespace WorkerStreams.Consuming;

/// <summary>The one source of chance: shared and unseeded in production, seeded in a simulation.</summary>
internal sealed class Jitter(Random random)
{
    public static Jitter Shared { get; } = new(Random.Shared);

    /// <summary>A number from 0 up to 1.</summary>
    public double Next() => random.NextDouble();

    /// <summary>The interval, up to a tenth shorter or longer.</summary>
    public TimeSpan Around(TimeSpan interval) => interval * (0.9 + 0.2 * Next());

    /// <summary>
    /// The wait before attempt <paramref name="attempt"/> (from 1): it doubles from <paramref name="first"/> up to <paramref name="longest"/>,
    /// and is up to a fifth shorter.
    /// </summary>
    public TimeSpan Backoff(TimeSpan first, TimeSpan longest, long attempt)
    {
        var doubled = first.Ticks * Math.Pow(2, Math.Min(attempt - 1, 60));
        return TimeSpan.FromTicks((long)(Math.Min(doubled, longest.Ticks) * (1 - 0.2 * Next())));
    }
}
