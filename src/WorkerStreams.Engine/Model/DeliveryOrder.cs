namespace WorkerStreams.Engine.Model;

/// <summary>
/// A group's pending entries by their last delivery, the oldest first: where they are claimed so, and from then on. Those that are gone from the stream are left out once
/// that is seen.
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

    /// <summary>The entries that were delivered by then, the oldest first, up to so many.</summary>
    public List<DeliveryPlace> GetUntil(long time, int most)
    {
        List<DeliveryPlace> found = [];
        foreach (var entry in _entries)
        {
            if (entry.At > time || found.Count == most)
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
internal readonly record struct DeliveryPlace(long At, StreamEntryId Id) : IComparable<DeliveryPlace>
{
    public int CompareTo(DeliveryPlace other) => At != other.At ? At.CompareTo(other.At) : Id.CompareTo(other.Id);
}
