using System.Buffers;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Up to <see cref="Capacity"/> pending entries in the order of their ids. Those removed from the middle keep their place, without an owner, until the block is
/// rewritten; the first and the last are there.
/// </summary>
internal sealed class PendingBlock
{
    public const int Capacity = 512;

    private const int SmallestRoom = 16;
    private const int ObjectBytes = 128;
    private const int SmallRoom = 128;

    private readonly MemoryMeter _meter;
    private IdBase _base;
    private ulong[] _keys;
    private int _room;
    private Deliveries _deliveries = new();

    /// <summary>An empty block for <paramref name="first"/> and entries after it, with room for few of them before it first grows, or for all.</summary>
    public PendingBlock(StreamEntryId first, MemoryMeter meter, bool large = false)
        : this(IdBase.Of(first), meter, large ? Capacity : SmallestRoom)
    {
    }

    private PendingBlock(IdBase origin, MemoryMeter meter, int room)
    {
        (_base, _meter) = (origin, meter);
        _keys = ArrayPool<ulong>.Shared.Rent(room);
        _room = _keys.Length;
        _meter.Add(MemoryBytes);
    }

    public int Start { get; private set; }

    public int End { get; private set; }

    /// <summary>The entries that are not removed.</summary>
    public int Live { get; private set; }

    public bool IsFull => End == Capacity;

    /// <summary>Whether it is so small that it may as well be kept when it is empty.</summary>
    public bool IsSmall => _deliveries.AreRuns && _room <= SmallRoom;

    public StreamEntryId FirstId => IdAt(Start);

    public StreamEntryId LastId => IdAt(End - 1);

    private long MemoryBytes => ObjectBytes + (_keys.Length * sizeof(ulong)) + _deliveries.MemoryBytes;

    private Span<ulong> Keys => Pooled.Part<ulong, ulong>(_keys, 0, _room);

    public StreamEntryId IdAt(int index) => _base.IdOf(Keys[index]);

    /// <summary>Whether the entry at this place is this one, and not removed.</summary>
    public bool Holds(int index, StreamEntryId id) => index >= Start && index < End && IdAt(index) == id && !_deliveries.IsRemoved(index);

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
    public int IndexOf(StreamEntryId id) => Start + IdSearch.LowerBound(Keys[Start..End], _base.LowestKeyFrom(id));

    /// <summary>As <see cref="IndexOf(StreamEntryId)"/>, for one that is about so far into the block: from 0 to 1.</summary>
    public int IndexOf(StreamEntryId id, double share) =>
        Start + IdSearch.LowerBound(Keys[Start..End], _base.LowestKeyFrom(id), (int)(share * (End - Start - 1)));

    /// <summary>The places about so far into the block, from 0 to 1, will be needed soon.</summary>
    public void FetchAhead(double share)
    {
        var guess = Start + (int)(share * (End - Start - 1));
        Prefetch.Elements(ref _keys, Math.Max(guess - 8, 0), 17);
        _deliveries.FetchAhead(guess, 1);
    }

    /// <summary>These places will be needed soon.</summary>
    public void FetchAhead(int index, int count)
    {
        Prefetch.Elements(ref _keys, index, count);
        _deliveries.FetchAhead(index, count);
    }

    /// <summary>Whether the id is near enough to those here.</summary>
    public bool IsNear(StreamEntryId id) => _base.TryGetKey(id, out _);

    /// <summary>Adds an entry after the last one. The block must not be full, and the id near enough.</summary>
    public void Append(StreamEntryId id, in Delivery delivery)
    {
        GrowTo(End + 1);
        _base.TryGetKey(id, out _keys[End]);
        AppendAlike(1, delivery);
    }

    /// <summary>Adds entries delivered alike after the last one, as many as there is room for and are near enough. Returns their number.</summary>
    public int Append(IdRun ids, in Delivery delivery)
    {
        var count = Math.Min(ids.Length, Capacity - End);
        GrowTo(End + count);
        count = CopyKeys(ids, _keys.AsSpan(End, count));
        AppendAlike(count, delivery);
        // As many as came just now will probably come next.
        FetchAhead(End, Math.Min(count, _room - End));
        return count;
    }

    /// <summary>Opens a place before <paramref name="index"/>. The block must not be full, and the id near enough.</summary>
    public void Insert(int index, StreamEntryId id, in Delivery delivery)
    {
        var end = End;
        Append(id, delivery);
        GiveOwnDeliveries();
        _keys.AsSpan(index..end).CopyTo(_keys.AsSpan(index + 1));
        _deliveries.Copy(index, index + 1, end - index);
        _base.TryGetKey(id, out _keys[index]);
        _deliveries.Set(index, delivery);
    }

    /// <summary>Puts an entry into a place whose entry, of the same id, was removed.</summary>
    public void Revive(int index, in Delivery delivery)
    {
        Deliver(index, delivery);
        Live++;
    }

    /// <summary>The index of the first place from <paramref name="index"/> on whose entry is not removed, or <see cref="End"/> where there is none.</summary>
    public int SkipRemoved(int index)
    {
        while (index < End && _deliveries.IsRemoved(index))
            index++;
        return index;
    }

    /// <summary>The index of the first entry of <paramref name="owner"/> from <paramref name="index"/> on, or <see cref="End"/> where there is none.</summary>
    public int SkipOthers(int index, int owner) => _deliveries.SkipOthers(index, End, owner);

    /// <summary>How many of the places from <paramref name="index"/> on hold just these entries, all of one owner.</summary>
    public int RunLength(int index, ReadOnlySpan<StreamEntryId> ids)
    {
        var keys = Keys[index.._deliveries.SkipOwner(index, Math.Min(index + ids.Length, End))];
        var length = 0;
        while (length < keys.Length && _base.IdOf(keys[length]) == ids[length])
            length++;
        return length;
    }

    /// <summary>Removes so many entries from <paramref name="index"/> on, all of which are there.</summary>
    public void Remove(int index, int count)
    {
        Live -= count;
        if (_deliveries.AreRuns && index == Start)
        {
            Start += count;
            _deliveries.RemoveBefore(Start);
            return;
        }
        GiveOwnDeliveries();
        _deliveries.Remove(index, count);
        if (index + count == End)
            DropRemovedEnd();
        if (index == Start)
            Start = Math.Min(SkipRemoved(index + count), End);
    }

    /// <summary>Whether the entries of <paramref name="other"/> are near enough.</summary>
    public bool IsNearAll(PendingBlock other) => other._base.Sequence == _base.Sequence && IsNear(other.FirstId) && IsNear(other.LastId);

    /// <summary>Takes over the entries of <paramref name="other"/> that are not removed; they must be near enough, and there must be room.</summary>
    public void AppendAll(PendingBlock other) => AppendFrom(other, other.Start);

    /// <summary>Gives the entries from <paramref name="index"/> on to a new block.</summary>
    public PendingBlock SplitAt(int index)
    {
        // The sequences are as far from this base as they were from the old one.
        var upper = new PendingBlock(_base with { Milliseconds = IdAt(index).Milliseconds }, _meter, SmallestRoom);
        GiveOwnDeliveries();
        upper.AppendFrom(this, index);
        Live -= upper.Live;
        End = index;
        DropRemovedEnd();
        return upper;
    }

    /// <summary>Closes the gaps.</summary>
    public void Squeeze()
    {
        GiveOwnDeliveries();
        var end = 0;
        for (var i = Start; i < End; i++)
        {
            if (_deliveries.IsRemoved(i))
                continue;
            _keys[end] = _keys[i];
            _deliveries.Copy(i, end++);
        }
        (Start, End) = (0, end);
    }

    /// <summary>Begins anew, once empty.</summary>
    public void Reuse(StreamEntryId first)
    {
        (_base, Start, End) = (IdBase.Of(first), 0, 0);
        _deliveries.Clear();
    }

    /// <summary>Gives the memory back. The block must not be used any more.</summary>
    public void Release()
    {
        _meter.Add(-MemoryBytes);
        ArrayPool<ulong>.Shared.Return(_keys);
        _deliveries.Release();
        (_keys, _room, Start, End, Live) = ([], 0, 0, 0, 0);
    }

    private void AppendFrom(PendingBlock other, int from)
    {
        for (var i = from; i < other.End; i++)
        {
            if (!other._deliveries.IsRemoved(i))
                Append(other.IdAt(i), other.DeliveryAt(i));
        }
    }

    // Returns how many are near enough.
    private int CopyKeys(IdRun ids, Span<ulong> keys)
    {
        var count = keys.Length;
        if (count == 0)
            return 0;
        if (ids.Base.Sequence == _base.Sequence && _base.TryGetKey(ids[0], out var first) && _base.TryGetKey(ids[count - 1], out _))
        {
            var shift = first - ids.Keys[0];
            for (var i = 0; i < keys.Length; i++)
                keys[i] = ids.Keys[i] + shift;
            return count;
        }
        for (var i = 0; i < count; i++)
        {
            if (!_base.TryGetKey(ids[i], out keys[i]))
                return i;
        }
        return count;
    }

    // The keys are there.
    private void AppendAlike(int count, in Delivery delivery)
    {
        var before = _deliveries.MemoryBytes;
        _deliveries.Append(Start, End, count, delivery, _room);
        if (_deliveries.MemoryBytes - before is not 0 and var grown)
            _meter.Add(grown);
        End += count;
        Live += count;
    }

    private void GiveOwnDeliveries()
    {
        if (!_deliveries.AreRuns)
            return;
        var before = _deliveries.MemoryBytes;
        _deliveries.GiveOwn(Start, _room);
        _meter.Add(_deliveries.MemoryBytes - before);
    }

    private void DropRemovedEnd()
    {
        while (Start < End && _deliveries.IsRemoved(End - 1))
            End--;
    }

    private void GrowTo(int room)
    {
        if (room <= _room)
            return;
        var before = MemoryBytes;
        room = Math.Min(Math.Max(4 * _room, room), Capacity);
        Pooled.Grow(ref _keys, room);
        _room = _keys.Length;
        _deliveries.GrowTo(_room);
        _meter.Add(MemoryBytes - before);
    }
}
