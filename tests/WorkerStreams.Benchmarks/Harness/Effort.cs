namespace WorkerStreams.Benchmarks.Harness;

/// <summary>How long a race takes.</summary>
/// <param name="WarmUp">About the time that each contestant runs before it counts.</param>
/// <param name="SampleTime">About the time of one sample.</param>
/// <param name="Rounds">The samples of each contestant that count.</param>
internal sealed record Effort(TimeSpan WarmUp, TimeSpan SampleTime, int Rounds)
{
    public static Effort Full { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(500), 9);

    public static Effort Guard { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(150), 5);
}
