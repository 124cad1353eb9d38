namespace WorkerStreams.Engine.Model;

/// <summary>The pending entries of a group that nobody owns, and which was handed back before which.</summary>
internal sealed class UnownedEntries(MemoryMeter meter)
{
    // An estimate.
    private const int EntryBytes = 48;

    private readonly Dictionary<StreamEntryId, long> _turns = [];
    private long _lastTurn;

    public int Count => _turns.Count;

    /// <summary>Those handed back first come first.</summary>
    public IEnumerable<StreamEntryId> InTurn => _turns.OrderBy(static entry => entry.Value).Select(static entry => entry.Key);

    /// <summary>An entry's turn, from 1 on.</summary>
    public long TurnOf(StreamEntryId id) => _turns[id];

    /// <summary>The entry is the last one.</summary>
    public void Add(StreamEntryId id)
    {
        _turns.Add(id, ++_lastTurn);
        meter.Add(EntryBytes);
    }

    public void Remove(StreamEntryId id)
    {
        if (_turns.Remove(id))
            meter.Add(-EntryBytes);
    }

    /// <summary>Gives the memory back. It must not be used any more.</summary>
    public void Release() => meter.Add(-EntryBytes * (long)_turns.Count);
}
