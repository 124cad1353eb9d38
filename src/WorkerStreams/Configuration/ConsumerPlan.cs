using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>A consumer's settings after validation; nothing changes them any more.</summary>
internal sealed record ConsumerPlan
{
    /// <summary>The consumer's name in configuration, logs, health and metrics: the handler type's, unless given.</summary>
    public required string Name { get; init; }

    public required StreamName Stream { get; init; }

    public required StreamName Group { get; init; }

    /// <summary>The names that it may have in the group.</summary>
    public required ConsumerNames Names { get; init; }

    public required StreamName DeadLetterStream { get; init; }

    /// <summary>Where consumers tell that they have handed something back.</summary>
    public required StreamName HandBackStream { get; init; }

    public required int Concurrency { get; init; }

    public required int PrefetchCount { get; init; }

    public required long PrefetchBytes { get; init; }

    public required TimeSpan MinIdleTime { get; init; }

    public required TimeSpan ReclaimInterval { get; init; }

    public required int MaxDeliveries { get; init; }

    public required TimeSpan RedeliveryDelay { get; init; }

    public required TimeSpan MaxRedeliveryDelay { get; init; }

    public required TimeSpan? HandlerTimeout { get; init; }

    public required string? ResiliencePipeline { get; init; }

    /// <summary>The types of exceptions that go to the dead letters at once.</summary>
    public required IReadOnlyList<Type> DeadLetterOn { get; init; }

    public required GroupStart StartFrom { get; init; }

    public required TimeSpan BlockTime { get; init; }
}
