using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.Model;

/// <summary>A stream: its entries, its counters and its groups. What changes it cannot fail.</summary>
internal sealed class StreamState
{
    private readonly MemoryMeter _meter;
    private Dictionary<StreamName, GroupState>? _groups;
    private GroupState? _recentGroup;

    public StreamState(StreamName name, NodeLimits limits, MemoryMeter meter)
    {
        (Name, _meter, Log) = (name, meter, new(limits, meter));
        meter.Add(MemoryMeter.StreamBytes);
    }

    public StreamName Name { get; }

    public EntryLog Log { get; }

    /// <summary>The greatest id ever given.</summary>
    public StreamEntryId LastId { get; private set; }

    /// <summary>The greatest id ever deleted, trimming aside.</summary>
    public StreamEntryId MaxDeletedId { get; private set; }

    /// <summary>The entries ever appended.</summary>
    public long EntriesAdded { get; private set; }

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
    }

    /// <returns>Whether the entry was there.</returns>
    public bool Delete(StreamEntryId id)
    {
        if (!Log.Delete(id))
            return false;
        if (id > MaxDeletedId)
            MaxDeletedId = id;
        return true;
    }

    public void SetIds(StreamEntryId lastId, long entriesAdded, StreamEntryId maxDeletedId) =>
        (LastId, EntriesAdded, MaxDeletedId) = (lastId, entriesAdded, maxDeletedId);

    public void AddGroup(StreamName group, StreamEntryId lastId, long? entriesRead)
    {
        (_groups ??= []).Add(group, new(group, lastId, entriesRead, _meter));
        _meter.Add(MemoryMeter.GroupBytes);
    }

    public void RemoveGroup(GroupState group)
    {
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
            group.SetPosition(ids[^1], this.EntriesReadAfter(group, ids));
            if (pending)
                group.Deliver(ids, consumer, now);
        }
        group.NextHint = place;
    }

    /// <summary>The stream goes, with all that is in it.</summary>
    public void Clear()
    {
        Log.Clear();
        foreach (var group in Groups)
            group.Clear();
        _meter.Add(-MemoryMeter.StreamBytes);
    }
}
