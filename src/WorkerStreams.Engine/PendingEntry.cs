namespace WorkerStreams.Engine;

/// <summary>An entry that was delivered and not yet acknowledged, as XPENDING lists it.</summary>
/// <param name="Id">The entry.</param>
/// <param name="Consumer">Its owner; empty where nobody owns it, see <see cref="NackRequest"/>.</param>
/// <param name="Idle">The time since its last delivery, by the engine's clock; <see cref="UnownedIdle"/> where nobody owns it.</param>
/// <param name="DeliveryCount">How often it was delivered.</param>
public sealed record PendingEntry(StreamEntryId Id, StreamName Consumer, TimeSpan Idle, long DeliveryCount)
{
    /// <summary>The idle time of an entry that nobody owns: -1 ms, as in Redis.</summary>
    public static TimeSpan UnownedIdle { get; } = TimeSpan.FromMilliseconds(-1);
}

/// <summary>The short form of XPENDING.</summary>
/// <param name="Count">The group's pending entries.</param>
/// <param name="MinId">The smallest of their ids, or null where there is none.</param>
/// <param name="MaxId">The greatest of their ids, or null where there is none.</param>
/// <param name="Consumers">The consumers that have any, by name, and how many.</param>
public sealed record PendingSummary(
    long Count, StreamEntryId? MinId, StreamEntryId? MaxId, IReadOnlyList<(StreamName Consumer, long Count)> Consumers);

/// <summary>The long form of XPENDING.</summary>
public sealed record PendingRequest
{
    /// <summary>The stream.</summary>
    public required StreamName Stream { get; init; }

    /// <summary>The group; it must exist.</summary>
    public required StreamName Group { get; init; }

    /// <summary>The first id. Default: the smallest.</summary>
    public RangeBound Start { get; init; } = RangeBound.Min;

    /// <summary>The last id. Default: the greatest.</summary>
    public RangeBound End { get; init; } = RangeBound.Max;

    /// <summary>The most entries to list; 0 or less lists none.</summary>
    public required int Count { get; init; }

    /// <summary>Only this consumer's; an unknown one has none. Default: null, every consumer's.</summary>
    public StreamName? Consumer { get; init; }

    /// <summary>IDLE: only entries idle for at least this. Default: zero.</summary>
    public TimeSpan MinIdle { get; init; }
}
