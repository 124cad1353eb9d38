namespace WorkerStreams.Engine.Model;

/// <summary>
/// Shortens ids that are near each other to 64 bits: a key holds how far an id's milliseconds and its sequence are above the base's, 32 bits
/// each, and keys are in the order of their ids. An id that is too far away for that belongs into another chunk or block.
/// </summary>
internal readonly record struct IdBase(ulong Milliseconds, ulong Sequence)
{
    private const int SequenceBits = 32;

    /// <summary>A base for <paramref name="first"/> and as many ids after it as can be.</summary>
    public static IdBase Of(StreamEntryId first) => new(first.Milliseconds, first.Sequence <= uint.MaxValue ? 0 : first.Sequence);

    /// <summary>Whether the id is near enough, and its key, which is below <see cref="ulong.MaxValue"/>.</summary>
    public bool TryGetKey(StreamEntryId id, out ulong key)
    {
        var (milliseconds, sequence) = (id.Milliseconds - Milliseconds, id.Sequence - Sequence);
        key = milliseconds << SequenceBits | sequence;
        return id.Milliseconds >= Milliseconds && id.Sequence >= Sequence && milliseconds < uint.MaxValue && sequence <= uint.MaxValue;
    }

    /// <summary>A key above those of all smaller ids, and not above that of any other.</summary>
    public ulong LowestKeyFrom(StreamEntryId id)
    {
        if (TryGetKey(id, out var key))
            return key;
        if (id.Milliseconds < Milliseconds)
            return 0;
        var milliseconds = id.Milliseconds - Milliseconds;
        if (milliseconds >= uint.MaxValue)
            return ulong.MaxValue;
        return (id.Sequence < Sequence ? milliseconds : milliseconds + 1) << SequenceBits;
    }

    public StreamEntryId IdOf(ulong key) => new(Milliseconds + (key >> SequenceBits), Sequence + (uint)key);
}
