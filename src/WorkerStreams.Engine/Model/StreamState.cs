using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.Model;

/// <summary>A stream: its entries, its counters and its groups. What changes it cannot fail.</summary>
internal sealed class StreamState
{
    private readonly MemoryMeter _meter;
    private Dictionary<StreamName, GroupState>? _groups;
    private GroupState? _recentGroup;

    public StreamState(StreamName name, long number, NodeGrain grain, MemoryMeter meter, ChunkCache? cache)
    {
        (Name, Number, _meter, Log) = (name, number, meter, new(grain, meter, cache));
        meter.Add(MemoryMeter.StreamBytes + name.Bytes.Length);
    }

    public StreamName Name { get; }

    /// <summary>Stands for this stream where its changes are told: no other one, nor a group, ever has the same.</summary>
    public long Number { get; }

    /// <summary>Goes up with each change of the entries.</summary>
    public long Version { get; private set; }

    /// <summary>Is told what changes, or null. Guarded by the shard's lock.</summary>
    public IChanges? Changes { get; set; }

    public EntryLog Log { get; }

    /// <summary>The greatest id ever given.</summary>
    public StreamEntryId LastId { get; private set; }

    /// <summary>The greatest id ever deleted, trimming aside.</summary>
    public StreamEntryId MaxDeletedId { get; private set; }

    /// <summary>The entries ever appended.</summary>
    public long EntriesAdded { get; private set; }

    /// <summary>The appends that are to be done once; null where there was none, and all is as by default.</summary>
    public IdempotentAppends? Idempotency { get; private set; }

    /// <summary>How much is remembered of them.</summary>
    public IdempotencyLimits IdempotencyLimits => Idempotency?.Limits ?? IdempotencyLimits.Default;

    public IReadOnlyCollection<GroupState> Groups => _groups is null ? [] : _groups.Values;

    public bool TryGetGroup(StreamName group, [NotNullWhen(true)] out GroupState? state)
    {
        state = _recentGroup;
        if (state is not null && state.Name == group)
            return true;
        if (_groups is null || !_groups.TryGetValue(group, out state))
            return false;
        _recentGroup = state;
        return true;
    }

    /// <param name="id">Greater than <see cref="LastId"/>.</param>
    /// <param name="encoded">The fields.</param>
    public void Append(StreamEntryId id, ReadOnlySpan<byte> encoded)
    {
        Log.Append(id, encoded);
        LastId = id;
        EntriesAdded++;
        Version++;
        Changes?.Appended(this, id, encoded);
    }

    /// <summary>The id of an append that is to be done once, if it was done and is remembered.</summary>
    public StreamEntryId? FindAppended(StreamName producer, StreamName key, long now)
    {
        Idempotency?.Expire(now);
        return Idempotency?.Find(producer, key);
    }

    /// <summary>An append that is to be done once was done, now or earlier.</summary>
    public void HasAppended(StreamName producer, StreamName key, StreamEntryId id, long now)
    {
        (Idempotency ??= new(_meter)).Add(producer, key, id, now);
        Changes?.AppendedOnce(this, producer, key, id, now);
    }

    /// <summary>An append that is to be done once was not done again.</summary>
    public void CountDuplicate()
    {
        Idempotency!.CountDuplicate();
        Changes?.IdempotencySet(this);
    }

    /// <summary>Sets how much is remembered of appends that are to be done once. Where that changes, all is forgotten.</summary>
    public void SetIdempotency(IdempotencyLimits limits)
    {
        if (limits != IdempotencyLimits)
            SetIdempotency(limits, Idempotency?.Added ?? 0, Idempotency?.Duplicates ?? 0);
    }

    /// <inheritdoc cref="IdempotentAppends.Set"/>
    public void SetIdempotency(IdempotencyLimits limits, long added, long duplicates)
    {
        (Idempotency ??= new(_meter)).Set(limits, added, duplicates);
        Changes?.IdempotencySet(this);
    }

    /// <returns>Whether the entry was there.</returns>
    public bool Delete(StreamEntryId id)
    {
        if (!Log.Delete(id))
            return false;
        if (id > MaxDeletedId)
            MaxDeletedId = id;
        Version++;
        Changes?.Deleted(this, id);
        return true;
    }

    /// <summary>The oldest entries go.</summary>
    public void Trim(long count)
    {
        Log.RemoveFirst(count);
        Version++;
        Changes?.Trimmed(this);
    }

    /// <summary>An entry goes by trimming, from among others that stay.</summary>
    public void TrimOut(StreamEntryId id)
    {
        Log.Delete(id);
        Version++;
        Changes?.TrimmedOut(this, id);
    }

    /// <summary>Whether a group has not been delivered the entry yet, or has it pending.</summary>
    public bool IsReferenced(StreamEntryId id)
    {
        if (_groups is null)
            return false;
        foreach (var group in _groups.Values)
        {
            if (group.LastId < id || group.Pending.TryFind(id, out _))
                return true;
        }
        return false;
    }

    /// <summary>The entry is pending no more, in any group.</summary>
    public void DeleteReferences(StreamEntryId id)
    {
        foreach (var group in Groups)
        {
            if (group.Pending.TryFind(id, out var place))
                group.Remove(place);
        }
    }

    /// <summary>How often so many entries may be pending, in all groups together.</summary>
    public long MostPending(long entries) => Groups.Sum(group => Math.Min(entries, group.Pending.Count));

    public void SetIds(StreamEntryId lastId, long entriesAdded, StreamEntryId maxDeletedId)
    {
        (LastId, EntriesAdded, MaxDeletedId) = (lastId, entriesAdded, maxDeletedId);
        foreach (var group in Groups)
            group.ForgetAges();
        Changes?.IdsSet(this);
    }

    public GroupState AddGroup(StreamName name, long number, StreamEntryId lastId, long? entriesRead)
    {
        var group = new GroupState(this, name, number, lastId, entriesRead, _meter);
        (_groups ??= []).Add(name, group);
        _meter.Add(MemoryMeter.GroupBytes + name.Bytes.Length);
        Changes?.Created(group);
        return group;
    }

    public void RemoveGroup(GroupState group)
    {
        Changes?.Removed(group);
        _recentGroup = null;
        _groups!.Remove(group.Name);
        group.Clear();
    }

    /// <summary>The entries after the group's position, up to <paramref name="through"/>, are delivered.</summary>
    /// <param name="group">The group.</param>
    /// <param name="consumer">Whose they become.</param>
    /// <param name="through">The last of them.</param>
    /// <param name="now">The time.</param>
    /// <param name="pending">Whether they become pending.</param>
    public void Deliver(GroupState group, ConsumerState consumer, StreamEntryId through, long now, bool pending)
    {
        var place = Log.After(group.LastId, group.NextHint);
        while (group.LastId < through && Log.TryGetRun(ref place, through, int.MaxValue, out var chunk, out var run))
        {
            var ids = chunk.Ids(run);
            group.Deliver(ids, this.EntriesReadAfter(group, ids), consumer, now, pending);
        }
        group.NextHint = place;
        Changes?.Delivered(group, consumer, through, now, pending);
    }

    /// <summary>The stream goes, with all that is in it.</summary>
    public void Clear()
    {
        Log.Clear();
        Idempotency?.Clear();
        foreach (var group in Groups)
            group.Clear();
        _meter.Add(-(MemoryMeter.StreamBytes + Name.Bytes.Length));
    }
}
