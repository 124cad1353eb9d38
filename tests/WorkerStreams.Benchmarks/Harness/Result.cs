namespace WorkerStreams.Benchmarks.Harness;

/// <summary>A contestant's samples, one a round.</summary>
internal sealed class Result(IReadOnlyList<Sample> samples)
{
    public double MessagesPerSecond => Median(samples.Select(sample => sample.MessagesPerSecond));

    public double BytesPerMessage => Median(samples.Select(sample => sample.BytesPerMessage));

    /// <summary>The median, over the rounds, of this rate by the rival's of the same round.</summary>
    public double RatioTo(Result rival) => Median(samples.Zip(rival.Samples, (ours, its) => ours.MessagesPerSecond / its.MessagesPerSecond));

    private IReadOnlyList<Sample> Samples => samples;

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
