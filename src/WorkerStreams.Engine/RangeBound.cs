namespace WorkerStreams.Engine;

/// <summary>One end of an interval of ids, as XRANGE, XREVRANGE, XPENDING and XAUTOCLAIM take it.</summary>
/// <param name="Id">The id at the end of the interval.</param>
/// <param name="Exclusive">Whether the id itself is left out (<c>(id</c>, Redis 6.2).</param>
public readonly record struct RangeBound(StreamEntryId Id, bool Exclusive = false)
{
    /// <summary><c>-</c>, the smallest id.</summary>
    public static RangeBound Min => new(StreamEntryId.MinValue);

    /// <summary><c>+</c>, the greatest id.</summary>
    public static RangeBound Max => new(StreamEntryId.MaxValue);

    /// <summary>The interval begins or ends after or before <paramref name="id"/>.</summary>
    public static RangeBound Excluding(StreamEntryId id) => new(id, Exclusive: true);

    /// <summary>The interval holds <paramref name="id"/>.</summary>
    public static implicit operator RangeBound(StreamEntryId id) => new(id);

    /// <summary>The interval holds <paramref name="id"/>.</summary>
    public static RangeBound FromStreamEntryId(StreamEntryId id) => new(id);

    /// <summary>Reads the start of an interval: <c>-</c>, <c>+</c>, an id, or <c>(id</c>; a missing sequence is 0.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidId"/>: the text is none of them.</exception>
    public static RangeBound ParseStart(ReadOnlySpan<char> text) => Parse(text, missingSequence: 0);

    /// <summary>Reads the end of an interval: <c>-</c>, <c>+</c>, an id, or <c>(id</c>; a missing sequence is the greatest.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidId"/>: the text is none of them.</exception>
    public static RangeBound ParseEnd(ReadOnlySpan<char> text) => Parse(text, missingSequence: ulong.MaxValue);

    /// <summary>The first id of an interval that starts here.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidRange"/>: after the greatest id there is none.</exception>
    internal StreamEntryId First() =>
        !Exclusive ? Id : Id.TryIncrement(out var next) ? next : throw StreamEngineException.InvalidRangeStart();

    /// <summary>The last id of an interval that ends here.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidRange"/>: before the smallest id there is none.</exception>
    internal StreamEntryId Last() =>
        !Exclusive ? Id : Id.TryDecrement(out var previous) ? previous : throw StreamEngineException.InvalidRangeEnd();

    private static RangeBound Parse(ReadOnlySpan<char> text, ulong missingSequence)
    {
        if (text is "-")
            return Min;
        if (text is "+")
            return Max;
        var exclusive = text.StartsWith('(');
        return StreamEntryId.TryParse(exclusive ? text[1..] : text, out var id, missingSequence)
            ? new(id, exclusive)
            : throw StreamEngineException.InvalidId();
    }
}
