using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>A producer's settings after validation; nothing changes them any more.</summary>
internal sealed record ProducerPlan
{
    public required StreamName Stream { get; init; }

    public required long? MaxLength { get; init; }

    public required TimeSpan? MaxAge { get; init; }

    public required bool UntilAcknowledged { get; init; }

    public required bool KeepForever { get; init; }

    public required int MaxInFlight { get; init; }

    /// <summary>Whether entries go at all.</summary>
    public bool HasRetention => MaxLength is not null || MaxAge is not null || UntilAcknowledged;
}
