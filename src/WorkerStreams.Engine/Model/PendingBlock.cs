namespace WorkerStreams.Engine.Model;

/// <summary>
/// Up to <see cref="Capacity"/> pending entries in the order of their ids. Those removed from the middle keep their place until the block is
/// rewritten; the first and the last are there.
/// </summary>
internal sealed class PendingBlock
{
    public const int Capacity = 512;

    private const int SmallestRoom = 16;
    private const int ObjectBytes = 224;
    private const int SmallRoom = 128;

    private readonly MemoryMeter _meter;
    private BlockKeys _keys;
    private Deliveries _deliveries = new();
    private PlaceSet _removed;

    /// <summary>An empty block for <paramref name="first"/> and entries after it, with room for few of them before it first grows, or for all.</summary>
    public PendingBlock(StreamEntryId first, MemoryMeter meter, bool large = false)
        : this(NearKey.BaseOf(first), meter, large ? Capacity : SmallestRoom)
    {
    }

    private PendingBlock(IdBase origin, MemoryMeter meter, int room)
    {
        (_keys, _meter) = (new(origin, room), meter);
        _meter.Add(MemoryBytes);
    }

    public int Start { get; private set; }

    public int End { get; private set; }

    /// <summary>The entries that are not removed.</summary>
    public int Live { get; private set; }

    public bool IsFull => End == Capacity;

    /// <summary>Whether it can begin anew with what it has, once cleared.</summary>
    public bool IsReusable => _deliveries.AreRuns;

    /// <summary>Whether it is so small that it may as well be kept when nothing is pending.</summary>
    public bool IsSmall => _keys.Room <= SmallRoom;

    public StreamEntryId FirstId => IdAt(Start);

    public StreamEntryId LastId => IdAt(End - 1);

    private long MemoryBytes => ObjectBytes + _keys.MemoryBytes + _deliveries.MemoryBytes;

    public StreamEntryId IdAt(int index) => _keys[index];

    /// <summary>Whether the entry at this place is this one, and not removed.</summary>
    public bool Holds(int index, StreamEntryId id) => index >= Start && index < End && IdAt(index) == id && !IsRemoved(index);

    /// <summary>The delivery of an entry that is not removed.</summary>
    public Delivery DeliveryAt(int index) => _deliveries[index];

    /// <summary>The owner of an entry that is not removed.</summary>
    public int OwnerAt(int index) => _deliveries.OwnerAt(index);

    public void Deliver(int index, in Delivery delivery)
    {
        GiveOwnDeliveries();
        _deliveries.Set(index, delivery);
    }

    /// <summary>The index of the first place, removed or not, that is not below <paramref name="id"/>.</summary>
    public int IndexOf(StreamEntryId id) => Start + _keys[Start, End].IndexOf(id);

    /// <summary>As <see cref="IndexOf(StreamEntryId)"/>, for one that is about so far into the block: from 0 to 1.</summary>
    public int IndexOf(StreamEntryId id, double share) => Start + _keys[Start, End].IndexOf(id, Guess(share));

    /// <summary>The places about so far into the block, from 0 to 1, will be needed soon.</summary>
    public void FetchAhead(double share)
    {
        var guess = Start + Guess(share);
        _keys.FetchAhead(Math.Max(guess - 8, 0), 17);
        _deliveries.FetchAhead(guess, 1);
    }

    /// <summary>These places will be needed soon.</summary>
    public void FetchAhead(int index, int count)
    {
        _keys.FetchAhead(index, count);
        _deliveries.FetchAhead(index, count);
    }

    /// <summary>Whether the id is near enough to those here.</summary>
    public bool IsNear(StreamEntryId id) => _keys.IsNearEnough(id);

    /// <summary>Adds an entry after the last one. The block must not be full, and the id near enough.</summary>
    public void Append(StreamEntryId id, in Delivery delivery)
    {
        var before = MemoryBytes;
        GrowTo(End + 1);
        _keys.Set(End, id);
        AppendAlike(1, delivery, before);
    }

    /// <summary>Adds entries delivered alike after the last one, as many as there is room for and are near enough. Returns their number.</summary>
    public int Append(IdRun ids, in Delivery delivery)
    {
        var count = Math.Min(ids.Length, Capacity - End);
        var before = MemoryBytes;
        GrowTo(End + count);
        count = _keys.Set(End, ids.To(count));
        AppendAlike(count, delivery, before);
        // As many as came just now will probably come next.
        FetchAhead(End, Math.Min(count, _keys.Room - End));
        return count;
    }

    /// <summary>Opens a place before <paramref name="index"/>. The block must not be full, and the id near enough.</summary>
    public void Insert(int index, StreamEntryId id, in Delivery delivery)
    {
        var end = End;
        Append(id, delivery);
        GiveOwnDeliveries();
        _keys.Move(index, index + 1, end - index);
        _deliveries.Copy(index, index + 1, end - index);
        _removed.Shift(index, end);
        _keys.Set(index, id);
        _deliveries.Set(index, delivery);
    }

    /// <summary>Puts an entry into a place whose entry, of the same id, was removed.</summary>
    public void Revive(int index, in Delivery delivery)
    {
        Deliver(index, delivery);
        _removed.Remove(index, 1);
        Live++;
    }

    /// <summary>The index of the first place from <paramref name="index"/> on whose entry is not removed, or <see cref="End"/> where there is none.</summary>
    public int SkipRemoved(int index)
    {
        while (index < End && IsRemoved(index))
            index++;
        return index;
    }

    /// <summary>The index of the first entry of <paramref name="owner"/> from <paramref name="index"/> on, or <see cref="End"/> where there is none.</summary>
    public int SkipOthers(int index, int owner)
    {
        while ((index = _deliveries.SkipOthers(index, End, owner)) < End && IsRemoved(index))
            index++;
        return index;
    }

    /// <summary>How many of the places from <paramref name="index"/> on hold just these entries, all of one owner.</summary>
    public int RunLength(int index, ReadOnlySpan<StreamEntryId> ids)
    {
        var end = SkipThere(index, _deliveries.SkipOwner(index, Math.Min(index + ids.Length, End)));
        return _keys[index, end].CommonLength(ids);
    }

    /// <summary>Removes so many entries from <paramref name="index"/> on, all of which are there.</summary>
    public void Remove(int index, int count)
    {
        Live -= count;
        if (index == Start)
        {
            Start += count;
            Start = SkipRemoved(Start);
            _deliveries.RemoveBefore(Start);
            return;
        }
        _removed.Add(index, count);
        if (index + count == End)
            DropRemovedEnd();
    }

    /// <summary>Whether the entries of <paramref name="other"/> are near enough.</summary>
    public bool IsNearAll(PendingBlock other) => _keys.AreNearEnough(other._keys, other.FirstId, other.LastId);

    /// <summary>Takes over the entries of <paramref name="other"/> that are not removed; they must be near enough, and there must be room.</summary>
    public void AppendAll(PendingBlock other) => AppendFrom(other, other.Start);

    /// <summary>Gives the entries from <paramref name="index"/> on to a new block.</summary>
    public PendingBlock SplitAt(int index)
    {
        // The sequences are as far from this base as they were from the old one.
        var upper = new PendingBlock(_keys.Base with { Milliseconds = IdAt(index).Milliseconds }, _meter, SmallestRoom);
        GiveOwnDeliveries();
        upper.AppendFrom(this, index);
        Live -= upper.Live;
        _removed.Remove(index, End - index);
        End = index;
        DropRemovedEnd();
        return upper;
    }

    /// <summary>Closes the gaps.</summary>
    public void Squeeze()
    {
        _deliveries.Squeeze(Start, End, _removed);
        var end = 0;
        for (var i = Start; i < End; i++)
        {
            if (!IsRemoved(i))
                _keys.Move(i, end++);
        }
        (Start, End) = (0, end);
        _removed.Clear();
    }

    /// <summary>All entries go. Only where <see cref="IsReusable"/>.</summary>
    public void Clear()
    {
        (Start, End, Live) = (0, 0, 0);
        _removed.Clear();
        _deliveries.Clear();
    }

    /// <summary>Begins anew, once cleared, for <paramref name="first"/> and entries after it.</summary>
    public void Reuse(StreamEntryId first) => _keys.Reuse(first);

    /// <summary>Gives the memory back. The block must not be used any more.</summary>
    public void Release()
    {
        _meter.Add(-MemoryBytes);
        _keys.Release();
        _deliveries.Release();
        (Start, End, Live) = (0, 0, 0);
    }

    private void AppendFrom(PendingBlock other, int from)
    {
        for (var i = from; i < other.End; i++)
        {
            if (!other.IsRemoved(i))
                Append(other.IdAt(i), other.DeliveryAt(i));
        }
    }

    // The ids are there.
    private void AppendAlike(int count, in Delivery delivery, long before)
    {
        _deliveries.Append(Start, End, count, delivery, _keys.Room);
        End += count;
        Live += count;
        if (MemoryBytes != before)
            _meter.Add(MemoryBytes - before);
    }

    private void GiveOwnDeliveries()
    {
        if (!_deliveries.AreRuns)
            return;
        var before = _deliveries.MemoryBytes;
        _deliveries.GiveOwn(Start, _keys.Room);
        _meter.Add(_deliveries.MemoryBytes - before);
    }

    private void DropRemovedEnd()
    {
        while (Start < End && IsRemoved(End - 1))
            _removed.Remove(--End, 1);
        _deliveries.RemoveFrom(End);
    }

    // Where none is removed, no place is looked at.
    private bool IsRemoved(int index) => Live < End - Start && _removed.Contains(index);

    // The index of the first removed place from index on, or end where there is none before.
    private int SkipThere(int index, int end)
    {
        if (Live == End - Start)
            return end;
        while (index < end && !_removed.Contains(index))
            index++;
        return index;
    }

    private void GrowTo(int room)
    {
        if (room <= _keys.Room)
            return;
        _keys.GrowTo(Math.Min(Math.Max(4 * _keys.Room, room), Capacity));
        _deliveries.GrowTo(_keys.Room);
    }

    // The place that is so far into the block, as seen from the first.
    private int Guess(double share) => (int)(share * (End - Start - 1));
}
