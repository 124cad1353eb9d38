namespace WorkerStreams.Engine;

/// <summary>How a stream is trimmed from its oldest end: XTRIM, or the trimming options of XADD.</summary>
public sealed record StreamTrim
{
    private StreamTrim(TrimStrategy strategy) => Strategy = strategy;

    /// <summary>By length or by id.</summary>
    public TrimStrategy Strategy { get; }

    /// <summary>The entries to keep, with <see cref="TrimStrategy.MaxLength"/>.</summary>
    public long Length { get; private init; }

    /// <summary>The smallest id to keep, with <see cref="TrimStrategy.MinId"/>.</summary>
    public StreamEntryId Id { get; private init; }

    /// <summary>
    /// <c>~</c>: only whole nodes of entries go, which is cheap; never too many entries are removed, maybe none.
    /// </summary>
    public bool Approximate { get; private init; }

    /// <summary>The most entries that an approximate trimming removes in one call; 0 is no limit; null is 100 nodes' worth.</summary>
    public long? Limit { get; private init; }

    /// <summary>
    /// What is done about groups that refer to the entries (Redis 8.2). With <see cref="EntryReferences.OnlyAcknowledged"/> those that a group refers to are passed over,
    /// so younger ones may go before them, and more may stay than asked for. Default: <see cref="EntryReferences.Keep"/>.
    /// </summary>
    public EntryReferences References { get; init; }

    /// <summary>MAXLEN: keep the newest <paramref name="length"/> entries.</summary>
    /// <param name="length">0 or more.</param>
    /// <param name="approximate">Whether only whole nodes are removed.</param>
    /// <param name="limit">The most entries removed by an approximate trimming; 0 is no limit; null is 100 nodes' worth.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidArgument"/>: a negative number, or a limit on an exact trimming.</exception>
    public static StreamTrim MaxLength(long length, bool approximate = false, long? limit = null) =>
        length < 0
            ? throw StreamEngineException.InvalidArgument("The MAXLEN argument must be >= 0.")
            : new(TrimStrategy.MaxLength) { Length = length, Approximate = approximate, Limit = Checked(limit, approximate) };

    /// <summary>MINID: keep the entries whose id is <paramref name="id"/> or greater.</summary>
    /// <inheritdoc cref="MaxLength(long, bool, long?)"/>
    public static StreamTrim MinId(StreamEntryId id, bool approximate = false, long? limit = null) =>
        new(TrimStrategy.MinId) { Id = id, Approximate = approximate, Limit = Checked(limit, approximate) };

    private static long? Checked(long? limit, bool approximate) => limit switch
    {
        null => null,
        < 0 => throw StreamEngineException.InvalidArgument("The LIMIT argument must be >= 0."),
        _ when !approximate => throw StreamEngineException.InvalidArgument("syntax error, LIMIT cannot be used without the special ~ option"),
        _ => limit,
    };
}

/// <summary>What a trimming goes by.</summary>
public enum TrimStrategy
{
    /// <summary>MAXLEN, the number of entries.</summary>
    MaxLength,

    /// <summary>MINID, the smallest id kept.</summary>
    MinId,
}
