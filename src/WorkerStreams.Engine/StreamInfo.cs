namespace WorkerStreams.Engine;

/// <summary>A stream's figures, as XINFO STREAM tells them.</summary>
public sealed record StreamInfo
{
    /// <summary>The entries in the stream.</summary>
    public required long Length { get; init; }

    /// <summary>The nodes that hold the entries, by which approximate trimming goes: <c>radix-tree-keys</c>.</summary>
    public long Nodes { get; init; }

    /// <summary>The greatest id ever given; appends are above it, also after deletes and trims.</summary>
    public required StreamEntryId LastGeneratedId { get; init; }

    /// <summary>The greatest id ever deleted; trimming does not count.</summary>
    public required StreamEntryId MaxDeletedEntryId { get; init; }

    /// <summary>The entries ever appended.</summary>
    public required long EntriesAdded { get; init; }

    /// <summary>The id of the first entry in the stream, or 0-0 where it is empty.</summary>
    public required StreamEntryId RecordedFirstEntryId { get; init; }

    /// <summary>What the stream remembers of appends that are to be done once; of a server before 8.6 the default.</summary>
    public IdempotencyInfo Idempotency { get; init; } = IdempotencyInfo.Default;

    /// <summary>The number of consumer groups.</summary>
    public required int Groups { get; init; }

    /// <summary>The first entry, as a copy, or null where the stream is empty.</summary>
    public required StreamEntry? FirstEntry { get; init; }

    /// <summary>The last entry, as a copy, or null where the stream is empty.</summary>
    public required StreamEntry? LastEntry { get; init; }
}

/// <summary>A consumer group's figures, as XINFO GROUPS tells them.</summary>
/// <param name="Name">The group.</param>
/// <param name="Consumers">The number of its consumers.</param>
/// <param name="Pending">Its entries delivered and not acknowledged.</param>
/// <param name="LastDeliveredId">The greatest id delivered to it.</param>
/// <param name="EntriesRead">The logical count of entries read, or null where it is not known.</param>
/// <param name="Lag">The entries not yet delivered, or null where that cannot be told.</param>
public sealed record GroupInfo(StreamName Name, int Consumers, long Pending, StreamEntryId LastDeliveredId, long? EntriesRead, long? Lag)
{
    /// <summary>The pending entries that nobody owns (Redis 8.8, of which only XINFO STREAM FULL tells them): a remote engine tells 0.</summary>
    public long Unowned { get; init; }
}

/// <summary>A consumer's figures, as XINFO CONSUMERS tells them.</summary>
/// <param name="Name">The consumer.</param>
/// <param name="Pending">Its entries delivered and not acknowledged.</param>
/// <param name="Idle">The time since its last attempt: any read or claim that named it.</param>
/// <param name="Inactive">The time since its last success, or null where there was none (Redis 7.2).</param>
public sealed record ConsumerInfo(StreamName Name, long Pending, TimeSpan Idle, TimeSpan? Inactive);
