namespace WorkerStreams;

/// <summary>How messages are redriven from the dead letters.</summary>
public sealed record RedriveOptions
{
    /// <summary>The most messages a second, on average from the start, so that consumers keep up. 0.001 to 1,000,000. Default: null, no limit.</summary>
    public double? MessagesPerSecond { get; init; }

    /// <summary>Which of the messages are redriven. Default: null, all.</summary>
    public Func<DeadLetter, bool>? Where { get; init; }

    /// <summary>
    /// Whether every group of the stream handles the messages again, and not only the one that gave each up: for a group that has another name now. Default: false.
    /// </summary>
    public bool ToAllGroups { get; init; }

    internal static RedriveOptions Default { get; } = new();
}
