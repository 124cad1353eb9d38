namespace WorkerStreams.Engine.Model;

/// <summary>
/// A group's pending entries by their last delivery, the oldest first, and before them those that nobody owns: where they are claimed so, and from then on. Those that are
/// gone from the stream are left out once that is seen.
/// </summary>
internal sealed class DeliveryOrder(MemoryMeter meter)
{
    // An estimate.
    private const int EntryBytes = 96;

    private readonly SortedSet<DeliveryPlace> _entries = [];

    public bool TryGetFirst(out DeliveryPlace first)
    {
        first = _entries.Min;
        return _entries.Count > 0;
    }

    /// <summary>The entries that were delivered by then, or are nobody's, the oldest first, up to so many.</summary>
    public List<DeliveryPlace> GetUntil(long time, int most)
    {
        List<DeliveryPlace> found = [];
        foreach (var entry in _entries)
        {
            if (!entry.IsSince(time) || found.Count == most)
                break;
            found.Add(entry);
        }
        return found;
    }

    public void Add(DeliveryPlace entry)
    {
        if (_entries.Add(entry))
            meter.Add(EntryBytes);
    }

    public void Remove(DeliveryPlace entry)
    {
        if (_entries.Remove(entry))
            meter.Add(-EntryBytes);
    }

    /// <summary>Gives the memory back. It must not be used any more.</summary>
    public void Release() => meter.Add(-EntryBytes * (long)_entries.Count);
}

/// <summary>An entry among those that were delivered before and after it.</summary>
/// <param name="At">When it was delivered last, in Unix milliseconds; before all times where nobody owns it.</param>
/// <param name="Turn">Its turn among those that nobody owns, or 0.</param>
/// <param name="Id">The entry.</param>
internal readonly record struct DeliveryPlace(long At, long Turn, StreamEntryId Id) : IComparable<DeliveryPlace>
{
    // Of what nobody owns.
    private const long BeforeAll = -1;

    /// <summary>The place of an entry that nobody owns.</summary>
    public static DeliveryPlace OfUnowned(long turn, StreamEntryId id) => new(BeforeAll, turn, id);

    /// <summary>Whether it was delivered by then, or is nobody's, and so as old as may be.</summary>
    public bool IsSince(long time) => Turn > 0 || At <= time;

    public int CompareTo(DeliveryPlace other) =>
        At != other.At ? At.CompareTo(other.At)
        : Turn != other.Turn ? Turn.CompareTo(other.Turn)
        : Id.CompareTo(other.Id);
}
