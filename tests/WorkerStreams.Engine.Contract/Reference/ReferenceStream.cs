namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>A stream as the specification has it: plain collections, nothing remembered that can be counted.</summary>
internal sealed class ReferenceStream
{
    public SortedDictionary<StreamEntryId, EntryFields> Entries { get; } = [];

    public SortedDictionary<StreamName, ReferenceGroup> Groups { get; } = [];

    public StreamEntryId LastId { get; set; }

    public StreamEntryId MaxDeletedId { get; set; }

    public long EntriesAdded { get; set; }

    public ReferenceAppends Appends { get; } = new();

    public StreamEntryId FirstId => Entries.Keys.FirstOrDefault();

    public IEnumerable<StreamEntryId> After(StreamEntryId id) => Entries.Keys.Where(key => key > id);

    public EngineError? ChooseId(NewEntryId asked, long now, out StreamEntryId id)
    {
        id = asked.Id;
        if (LastId == StreamEntryId.MaxValue)
            return EngineError.IdsExhausted;
        if (asked.Kind == NewEntryIdKind.Auto)
        {
            id = new((ulong)now, 0);
            if (id <= LastId)
                LastId.TryIncrement(out id);
            return null;
        }
        if (asked.Kind == NewEntryIdKind.AutoSequence && id.Milliseconds == LastId.Milliseconds && LastId.Sequence < ulong.MaxValue)
            id = new(id.Milliseconds, LastId.Sequence + 1);
        return id > LastId ? null : EngineError.IdTooSmall;
    }

    public void Append(StreamEntryId id, EntryFields fields)
    {
        Entries.Add(id, fields.ToOwned());
        LastId = id;
        EntriesAdded++;
    }

    public bool Delete(StreamEntryId id)
    {
        if (!Entries.Remove(id))
            return false;
        if (id > MaxDeletedId)
            MaxDeletedId = id;
        return true;
    }

    public DeletionOutcome Delete(StreamEntryId id, EntryReferences references)
    {
        if (references == EntryReferences.Delete)
            DeleteReferences(id);
        return references == EntryReferences.OnlyAcknowledged && IsReferenced(id) ? DeletionOutcome.Kept
            : Delete(id) ? DeletionOutcome.Deleted
            : DeletionOutcome.NotFound;
    }

    /// <summary>Trims exactly; how far an approximate trimming goes is the engine's own affair.</summary>
    public long Trim(StreamTrim trim)
    {
        var able = Entries.Keys.Where(id => trim.References != EntryReferences.OnlyAcknowledged || !IsReferenced(id));
        StreamEntryId[] gone = trim.Strategy == TrimStrategy.MaxLength
            ? [.. able.Take((int)Math.Max(0, Entries.Count - trim.Length))]
            : [.. able.TakeWhile(id => id < trim.Id)];
        foreach (var id in gone)
        {
            Entries.Remove(id);
            if (trim.References == EntryReferences.Delete)
                DeleteReferences(id);
        }
        return gone.Length;
    }

    private bool IsReferenced(StreamEntryId id) => Groups.Values.Any(group => group.LastId < id || group.Pending.ContainsKey(id));

    private void DeleteReferences(StreamEntryId id)
    {
        foreach (var group in Groups.Values)
            group.Pending.Remove(id);
    }

    /// <summary>A new entry is delivered to the group.</summary>
    public void Deliver(ReferenceGroup group, StreamEntryId id)
    {
        group.EntriesRead = group.EntriesRead is { } read && group.LastId >= FirstId && !HasTombstoneFrom(group.LastId) ? read + 1 : Estimate(id);
        group.LastId = id;
    }

    public long? Lag(ReferenceGroup group)
    {
        if (EntriesAdded == 0 || Entries.Count == 0)
            return 0;
        if (group.LastId < FirstId && MaxDeletedId < FirstId)
            return Entries.Count;
        if (group.EntriesRead is { } read && !HasTombstoneFrom(group.LastId))
            return EntriesAdded - read;
        return EntriesAdded - Estimate(group.LastId);
    }

    private bool HasTombstoneFrom(StreamEntryId id) => Entries.Count > 0 && MaxDeletedId != default && MaxDeletedId >= id;

    // The number of entries ever appended up to this id, where that can be told.
    private long? Estimate(StreamEntryId id)
    {
        if (EntriesAdded == 0)
            return 0;
        if (Entries.Count == 0 && id <= LastId)
            return EntriesAdded;
        if (id != default && id < MaxDeletedId)
            return null;
        if (id == LastId)
            return EntriesAdded;
        if (id > LastId)
            return null;
        if (MaxDeletedId != default && MaxDeletedId >= FirstId)
            return null;
        return id < FirstId ? EntriesAdded - Entries.Count : id == FirstId ? EntriesAdded - Entries.Count + 1 : null;
    }
}
