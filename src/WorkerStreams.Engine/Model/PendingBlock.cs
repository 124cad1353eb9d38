using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Up to <see cref="Capacity"/> pending entries in the order of their ids. As long as entries come last, many at once, and go first, their deliveries are
/// kept as runs, and none of them is touched on its own; the first other change gives each entry its own. Entries removed after that keep their place, without
/// an owner, until the block is rewritten; the first and the last are there.
/// </summary>
internal sealed class PendingBlock
{
    public const int Capacity = 512;

    // The owner of a removed entry.
    private const int Removed = -1;

    private const int SmallestRoom = 16;
    private const int FewestRuns = 16;
    private const int MostRuns = 64;
    private const int ObjectBytes = 128;
    private const int SmallRoom = 128;

    private readonly MemoryMeter _meter;
    private IdBase _base;
    private ulong[] _keys;
    private int _room;

    // Those from _firstRun on cover the entries; where they are given up, each entry has its own.
    private DeliveryRun[] _runs = ArrayPool<DeliveryRun>.Shared.Rent(FewestRuns);
    private int _firstRun;
    private int _runEnd;
    private int[]? _owners;
    private Times[] _times = [];

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
    public bool IsSmall => _owners is null && _room <= SmallRoom;

    public StreamEntryId FirstId => IdAt(Start);

    public StreamEntryId LastId => IdAt(End - 1);

    private Span<ulong> Keys => Column(_keys);

    // Once each entry has its own delivery.
    private Span<int> Owners => Column(_owners);

    private long MemoryBytes =>
        ObjectBytes + (_keys.Length * sizeof(ulong)) + (_runs.Length * Unsafe.SizeOf<DeliveryRun>())
        + ((_owners?.Length ?? 0) * sizeof(int)) + (_times.Length * Unsafe.SizeOf<Times>());

    public StreamEntryId IdAt(int index) => _base.IdOf(Keys[index]);

    /// <summary>Whether the entry at this place is this one, and not removed.</summary>
    public bool Holds(int index, StreamEntryId id) => index >= Start && index < End && IdAt(index) == id && !IsRemoved(index);

    /// <summary>The delivery of an entry that is not removed.</summary>
    public Delivery DeliveryAt(int index) =>
        _owners is { } owners ? new(_times[index].DeliveredAt, _times[index].Count, owners[index]) : _runs[RunOf(index)].Delivery;

    /// <summary>The owner of an entry that is not removed.</summary>
    public int OwnerAt(int index) => _owners is not null ? Owners[index] : _runs[RunOf(index)].Delivery.Owner;

    public void Deliver(int index, in Delivery delivery) =>
        (Expanded()[index], _times[index]) = (delivery.Owner, new(delivery.At, delivery.Count));

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
        if (_owners is not null)
            Prefetch.Elements(ref _owners, guess, 1);
    }

    /// <summary>These places will be needed soon.</summary>
    public void FetchAhead(int index, int count)
    {
        Prefetch.Elements(ref _keys, index, count);
        if (_owners is not null)
            Prefetch.Elements(ref _owners, index, count);
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
        var owners = Expanded();
        _keys.AsSpan(index..end).CopyTo(_keys.AsSpan(index + 1));
        owners[index..end].CopyTo(owners[(index + 1)..]);
        _times.AsSpan(index..end).CopyTo(_times.AsSpan(index + 1));
        _base.TryGetKey(id, out _keys[index]);
        Deliver(index, delivery);
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
        while (index < End && IsRemoved(index))
            index++;
        return index;
    }

    /// <summary>The index of the first entry of <paramref name="owner"/> from <paramref name="index"/> on, or <see cref="End"/> where there is none.</summary>
    public int SkipOthers(int index, int owner)
    {
        while (index < End && OwnerAt(index) != owner)
            index = _owners is null ? _runs[RunOf(index)].End : index + 1;
        return index;
    }

    /// <summary>How many of the places from <paramref name="index"/> on hold just these entries, all of one owner.</summary>
    public int RunLength(int index, ReadOnlySpan<StreamEntryId> ids)
    {
        var keys = Keys[index..AlikeEnd(index, ids.Length)];
        var length = 0;
        while (length < keys.Length && length < ids.Length && _base.IdOf(keys[length]) == ids[length])
            length++;
        return length;
    }

    /// <summary>Removes so many entries from <paramref name="index"/> on, all of which are there.</summary>
    public void Remove(int index, int count)
    {
        Live -= count;
        if (_owners is null && index == Start)
        {
            Start += count;
            while (_firstRun < _runEnd && _runs[_firstRun].End <= Start)
                _firstRun++;
            return;
        }
        Expanded().Slice(index, count).Fill(Removed);
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
        Expanded();
        upper.AppendFrom(this, index);
        Live -= upper.Live;
        End = index;
        DropRemovedEnd();
        return upper;
    }

    /// <summary>Closes the gaps.</summary>
    public void Squeeze()
    {
        var owners = Expanded();
        var end = 0;
        for (var i = Start; i < End; i++)
        {
            if (owners[i] != Removed)
                (_keys[end], owners[end], _times[end++]) = (_keys[i], owners[i], _times[i]);
        }
        (Start, End) = (0, end);
    }

    /// <summary>Begins anew, once empty.</summary>
    public void Reuse(StreamEntryId first) => (_base, Start, End, _firstRun, _runEnd) = (IdBase.Of(first), 0, 0, 0, 0);

    /// <summary>Gives the memory back. The block must not be used any more.</summary>
    public void Release()
    {
        _meter.Add(-MemoryBytes);
        ArrayPool<ulong>.Shared.Return(_keys);
        DropRuns();
        if (_owners is not null)
        {
            ArrayPool<int>.Shared.Return(_owners);
            ArrayPool<Times>.Shared.Return(_times);
        }
        (_keys, _room, _owners, _times, Start, End, Live) = ([], 0, null, [], 0, 0, 0);
    }

    private bool IsRemoved(int index) => _owners is not null && Owners[index] == Removed;

    private void AppendFrom(PendingBlock other, int from)
    {
        for (var i = from; i < other.End; i++)
        {
            if (!other.IsRemoved(i))
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
        if (_owners is null && _runEnd > _firstRun && _runs[_runEnd - 1].Delivery == delivery)
            _runs[_runEnd - 1] = new(End + count, delivery);
        else if (_owners is null && TryMakeRoomForRun())
            _runs[_runEnd++] = new(End + count, delivery);
        else
        {
            Expanded().Slice(End, count).Fill(delivery.Owner);
            _times.AsSpan(End, count).Fill(new(delivery.At, delivery.Count));
        }
        End += count;
        Live += count;
    }

    private bool TryMakeRoomForRun()
    {
        if (_runEnd < _runs.Length)
            return true;
        if (_firstRun == 0 && _runs.Length >= MostRuns)
            return false;
        var runs = _runs;
        var before = MemoryBytes;
        _runs = ArrayPool<DeliveryRun>.Shared.Rent(_firstRun > 0 ? runs.Length : 2 * runs.Length);
        runs.AsSpan(_firstRun.._runEnd).CopyTo(_runs);
        (_firstRun, _runEnd) = (0, _runEnd - _firstRun);
        ArrayPool<DeliveryRun>.Shared.Return(runs);
        _meter.Add(MemoryBytes - before);
        return true;
    }

    private int RunOf(int index)
    {
        var run = _firstRun;
        while (_runs[run].End <= index)
            run++;
        return run;
    }

    // The end of the places from index on, so many at most, whose entries have one owner.
    private int AlikeEnd(int index, int most)
    {
        var (owner, end) = (OwnerAt(index), index + 1);
        most = Math.Min(index + most, End);
        while (end < most && OwnerAt(end) == owner)
            end = _owners is null ? _runs[RunOf(end)].End : end + 1;
        return Math.Min(end, most);
    }

    // Each entry has its own delivery from now on. Returns the owners, beside which the times are there as well.
    private Span<int> Expanded()
    {
        if (_owners is not null)
            return Owners;
        var before = MemoryBytes;
        _owners = ArrayPool<int>.Shared.Rent(_keys.Length);
        _times = ArrayPool<Times>.Shared.Rent(_keys.Length);
        for (var (i, run) = (Start, _firstRun); run < _runEnd; i = _runs[run++].End)
        {
            _owners.AsSpan(i.._runs[run].End).Fill(_runs[run].Delivery.Owner);
            _times.AsSpan(i.._runs[run].End).Fill(new(_runs[run].Delivery.At, _runs[run].Delivery.Count));
        }
        DropRuns();
        _meter.Add(MemoryBytes - before);
        return Owners;
    }

    private void DropRuns()
    {
        if (_runs.Length > 0)
            ArrayPool<DeliveryRun>.Shared.Return(_runs);
        (_runs, _firstRun, _runEnd) = ([], 0, 0);
    }

    private void DropRemovedEnd()
    {
        while (Start < End && IsRemoved(End - 1))
            End--;
    }

    private void GrowTo(int room)
    {
        if (room <= _room)
            return;
        var before = MemoryBytes;
        room = Math.Min(Math.Max(4 * _room, room), Capacity);
        Grow(ref _keys, room);
        _room = _keys.Length;
        if (_owners is not null)
        {
            Grow(ref _owners, _keys.Length);
            Grow(ref _times, _keys.Length);
        }
        _meter.Add(MemoryBytes - before);
    }

    // An array's length, and the type that a null check would look at, are far from what is looked for, and may be far from any cache: they are not looked at.
    private Span<T> Column<T>(T[]? column) => column is null ? default : MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(column), _room);

    private static void Grow<T>(ref T[] column, int room)
    {
        var before = column;
        column = ArrayPool<T>.Shared.Rent(room);
        before.CopyTo(column, 0);
        ArrayPool<T>.Shared.Return(before);
    }

    private readonly record struct Times(long DeliveredAt, long Count);
}
