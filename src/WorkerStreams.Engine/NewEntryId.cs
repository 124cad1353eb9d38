namespace WorkerStreams.Engine;

/// <summary>The id asked for an entry to be appended: <c>*</c>, <c>ms-*</c> (Redis 7.0) or an explicit one.</summary>
public readonly record struct NewEntryId
{
    private NewEntryId(NewEntryIdKind kind, StreamEntryId id) => (Kind, Id) = (kind, id);

    /// <summary>How much of the id is given. The default is <see cref="NewEntryIdKind.Auto"/>.</summary>
    public NewEntryIdKind Kind { get; }

    /// <summary>The part that is given: nothing, the milliseconds, or the whole.</summary>
    public StreamEntryId Id { get; }

    /// <summary><c>*</c>: the engine's clock, never before the last id.</summary>
    public static NewEntryId Auto => default;

    /// <summary><c>ms-*</c>: the given milliseconds and the next free sequence.</summary>
    public static NewEntryId AutoSequence(ulong milliseconds) => new(NewEntryIdKind.AutoSequence, new(milliseconds, 0));

    /// <summary>Exactly this id; it must be greater than the stream's last one.</summary>
    public static NewEntryId Explicit(StreamEntryId id) => new(NewEntryIdKind.Explicit, id);

    /// <inheritdoc cref="Explicit"/>
    public static implicit operator NewEntryId(StreamEntryId id) => Explicit(id);

    /// <inheritdoc cref="Explicit"/>
    public static NewEntryId FromStreamEntryId(StreamEntryId id) => Explicit(id);

    /// <summary>Reads <c>*</c>, <c>5-*</c>, <c>5</c> (which is 5-0) or <c>5-1</c>.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidId"/>: the text is none of them.</exception>
    public static NewEntryId Parse(ReadOnlySpan<char> text)
    {
        if (text is "*")
            return Auto;
        if (text.EndsWith("-*") && !text[..^2].Contains('-') && StreamEntryId.TryParse(text[..^2], out var milliseconds))
            return AutoSequence(milliseconds.Milliseconds);
        return Explicit(StreamEntryId.Parse(text));
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        NewEntryIdKind.Auto => "*",
        NewEntryIdKind.AutoSequence => $"{Id.Milliseconds}-*",
        _ => Id.ToString(),
    };
}

/// <summary>How much of a new entry's id is given by the caller.</summary>
public enum NewEntryIdKind
{
    /// <summary><c>*</c></summary>
    Auto,

    /// <summary><c>ms-*</c></summary>
    AutoSequence,

    /// <summary><c>ms-seq</c></summary>
    Explicit,
}
