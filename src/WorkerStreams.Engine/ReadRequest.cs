namespace WorkerStreams.Engine;

/// <summary>XREAD: entries of one or more streams after a position each. Make it once and use it for every call.</summary>
public record ReadRequest
{
    /// <summary>The streams and where to read each from, in the order of the reply. At least one; a stream may be named several times.</summary>
    public required IReadOnlyList<StreamPosition> Streams { get; init; }

    /// <summary>The most entries of each stream; null, 0 or less is no limit. Default: null.</summary>
    public int? Count { get; init; }

    /// <summary>
    /// The read ends after the entry whose fields bring the reply to this many bytes or more, of all streams together; at least one entry
    /// is returned where there is one. Null is no limit. Default: null.
    /// </summary>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// How long to wait where there is nothing: null does not wait, <see cref="TimeSpan.Zero"/> and <see cref="Timeout.InfiniteTimeSpan"/>
    /// wait without end, as BLOCK 0 does. Other negative values are refused. An engine in this process lets a read wait for up to 10,000 streams. Default: null.
    /// </summary>
    public TimeSpan? Block { get; init; }
}

/// <summary>XREADGROUP: entries for one consumer of a group. Make it once and use it for every call.</summary>
public sealed record ReadGroupRequest : ReadRequest
{
    /// <summary>The group; it must exist in every stream.</summary>
    public required StreamName Group { get; init; }

    /// <summary>The consumer; made on first mention.</summary>
    public required StreamName Consumer { get; init; }

    /// <summary>NOACK: new entries are delivered without becoming pending. Default: false.</summary>
    public bool NoAcknowledge { get; init; }

    /// <summary>
    /// CLAIM (Redis 8.4): from streams read by <see cref="ReadPosition.Undelivered"/> come first the entries that are pending for any consumer and idle for at least this, the one that
    /// is so for longest first; they become the consumer's, <see cref="NoAcknowledge"/> or not. Those gone from the stream are passed over. As in Redis, streams named after one whose
    /// history is read are not claimed from. A read that waits is also served when an entry has become idle for so long. Zero or more. Default: null, none are claimed.
    /// </summary>
    public TimeSpan? ClaimMinIdle { get; init; }
}

/// <summary>A stream and where to read it from.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Position">Where to read from.</param>
public readonly record struct StreamPosition(StreamName Stream, ReadPosition Position);

/// <summary>Where a read starts.</summary>
public readonly record struct ReadPosition
{
    private ReadPosition(ReadPositionKind kind, StreamEntryId id) => (Kind, Id) = (kind, id);

    /// <summary>How the position is given.</summary>
    public ReadPositionKind Kind { get; }

    /// <summary>The id, with <see cref="ReadPositionKind.After"/>.</summary>
    public StreamEntryId Id { get; }

    /// <summary><c>&gt;</c>: entries that were never delivered to the group. Only with XREADGROUP.</summary>
    public static ReadPosition Undelivered => new(ReadPositionKind.Undelivered, default);

    /// <summary><c>$</c>: entries appended after this call. Only with XREAD.</summary>
    public static ReadPosition End => new(ReadPositionKind.End, default);

    /// <summary><c>+</c>: the last entry (Redis 7.4). Only with XREAD.</summary>
    public static ReadPosition Last => new(ReadPositionKind.Last, default);

    /// <summary>Entries after <paramref name="id"/>; with XREADGROUP, of the consumer's own pending ones (its history).</summary>
    public static ReadPosition After(StreamEntryId id) => new(ReadPositionKind.After, id);

    /// <summary>Reads <c>&gt;</c>, <c>$</c>, <c>+</c> or an id.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidId"/>: the text is none of them.</exception>
    public static ReadPosition Parse(ReadOnlySpan<char> text) => text switch
    {
        ">" => Undelivered,
        "$" => End,
        "+" => Last,
        _ => After(StreamEntryId.Parse(text)),
    };
}

/// <summary>How a read's start is given.</summary>
public enum ReadPositionKind
{
    /// <summary>After an id.</summary>
    After,

    /// <summary><c>&gt;</c></summary>
    Undelivered,

    /// <summary><c>$</c></summary>
    End,

    /// <summary><c>+</c></summary>
    Last,
}
