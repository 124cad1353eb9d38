using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Up to <see cref="Capacity"/> pending entries in the order of their ids, in one buffer, column by column. Removed ones keep their place,
/// without an owner, until the block is rewritten; the first and the last are there.
/// </summary>
internal sealed class PendingBlock
{
    public const int Capacity = LargestBuffer / RowBytes;

    /// <summary>The owner of a removed entry.</summary>
    public const int Removed = -1;

    private const int RowBytes = (3 * sizeof(long)) + sizeof(int);
    private const int SmallestBuffer = 512;
    private const int LargestBuffer = 16 * 1024;

    private readonly IdBase _base;
    private byte[] _buffer;
    private int _room;

    /// <summary>An empty block for <paramref name="first"/> and entries after it, with room for few of them before it first grows, or for all.</summary>
    public PendingBlock(StreamEntryId first, bool large = false)
        : this(IdBase.Of(first), large ? LargestBuffer : SmallestBuffer)
    {
    }

    private PendingBlock(IdBase origin, int bytes)
    {
        _base = origin;
        _buffer = ArrayPool<byte>.Shared.Rent(bytes);
        _room = Math.Min(_buffer.Length / RowBytes, Capacity);
    }

    public int Start { get; private set; }

    public int End { get; private set; }

    /// <summary>The entries that are not removed.</summary>
    public int Live { get; private set; }

    public int MemoryBytes => _buffer.Length + 96;

    public bool IsFull => End == Capacity;

    public StreamEntryId FirstId => IdAt(Start);

    public StreamEntryId LastId => IdAt(End - 1);

    /// <summary>Who owns each: a consumer's index, or <see cref="Removed"/>.</summary>
    public ReadOnlySpan<int> Owners => AllOwners[..End];

    private Span<ulong> Keys => Column<ulong>(0);

    private Span<long> DeliveryTimes => Column<long>(sizeof(ulong));

    private Span<long> DeliveryCounts => Column<long>(2 * sizeof(ulong));

    private Span<int> AllOwners => Column<int>(3 * sizeof(ulong));

    public StreamEntryId IdAt(int index) => _base.IdOf(Keys[index]);

    /// <summary>Whether the entry at this place is this one, and not removed.</summary>
    public bool Holds(int index, StreamEntryId id) => index >= Start && index < End && IdAt(index) == id && AllOwners[index] != Removed;

    public ref int OwnerAt(int index) => ref AllOwners[index];

    public ref long DeliveredAt(int index) => ref DeliveryTimes[index];

    public ref long DeliveryCountAt(int index) => ref DeliveryCounts[index];

    /// <summary>The index of the first place, removed or not, that is not below <paramref name="id"/>.</summary>
    public int IndexOf(StreamEntryId id) => Start + IdSearch.LowerBound(Keys[Start..End], _base.LowestKeyFrom(id));

    /// <summary>As <see cref="IndexOf(StreamEntryId)"/>, for one that is about so far into the block: from 0 to 1.</summary>
    public int IndexOf(StreamEntryId id, double share) =>
        Start + IdSearch.LowerBound(Keys[Start..End], _base.LowestKeyFrom(id), (int)(share * (End - Start - 1)));

    /// <summary>The places about so far into the block, from 0 to 1, will be needed soon.</summary>
    public void FetchAhead(double share)
    {
        var guess = Start + (int)(share * (End - Start - 1));
        Prefetch.Line(in Keys[Math.Max(guess - 8, 0)]);
        Prefetch.Line(in Keys[guess]);
        Prefetch.Line(in Keys[Math.Min(guess + 8, End - 1)]);
        Prefetch.Line(in AllOwners[guess]);
    }

    /// <summary>These places will be needed soon.</summary>
    public void FetchAhead(int index, int count)
    {
        Prefetch.Lines<ulong>(Keys.Slice(index, count));
        Prefetch.Lines<int>(AllOwners.Slice(index, count));
    }

    /// <summary>Whether the id is near enough to those here.</summary>
    public bool IsNear(StreamEntryId id) => _base.TryGetKey(id, out _);

    /// <summary>Adds an entry after the last one. The block must not be full, and the id near enough.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int Append(StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        var grown = End == _room ? Grow() : 0;
        Set(End++, id, owner, deliveredAt, deliveryCount);
        Live++;
        return grown;
    }

    /// <summary>Adds entries of one owner, delivered once, after the last one, as many as there is room for and are near enough.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int Append(IdRun ids, int owner, long deliveredAt, out int added)
    {
        var grown = 0;
        added = Math.Min(ids.Length, Capacity - End);
        while (_room < End + added)
            grown += Grow();
        added = CopyKeys(ids, Keys.Slice(End, added));
        AllOwners.Slice(End, added).Fill(owner);
        DeliveryTimes.Slice(End, added).Fill(deliveredAt);
        DeliveryCounts.Slice(End, added).Fill(1);
        End += added;
        Live += added;
        FetchRoomAhead(added);
        return grown;
    }

    /// <summary>Opens a place before <paramref name="index"/>. The block must not be full, and the id near enough.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int Insert(int index, StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        var (end, grown) = (End, Append(id, owner, deliveredAt, deliveryCount));
        Keys[index..end].CopyTo(Keys[(index + 1)..]);
        AllOwners[index..end].CopyTo(AllOwners[(index + 1)..]);
        DeliveryTimes[index..end].CopyTo(DeliveryTimes[(index + 1)..]);
        DeliveryCounts[index..end].CopyTo(DeliveryCounts[(index + 1)..]);
        Set(index, id, owner, deliveredAt, deliveryCount);
        return grown;
    }

    /// <summary>Puts an entry into a place whose entry, of the same id, was removed.</summary>
    public void Revive(int index, int owner, long deliveredAt, long deliveryCount)
    {
        Set(index, IdAt(index), owner, deliveredAt, deliveryCount);
        Live++;
    }

    /// <summary>The index of the first place from <paramref name="index"/> on whose entry is not removed, or <see cref="End"/> where there is none.</summary>
    public int SkipRemoved(int index)
    {
        while (index < End && AllOwners[index] == Removed)
            index++;
        return index;
    }

    /// <summary>How many of the places from <paramref name="index"/> on hold just these entries, all of one owner.</summary>
    public int RunLength(int index, ReadOnlySpan<StreamEntryId> ids)
    {
        var keys = Keys[index..End];
        var owners = AllOwners[index..End];
        var length = 0;
        while (length < ids.Length && length < keys.Length && length < owners.Length && owners[length] == owners[0] && _base.IdOf(keys[length]) == ids[length])
            length++;
        return length;
    }

    /// <summary>Removes so many entries from <paramref name="index"/> on, all of which are there.</summary>
    public void Remove(int index, int count)
    {
        var owners = AllOwners;
        owners.Slice(index, count).Fill(Removed);
        Live -= count;
        if (index + count == End)
            DropRemovedEnd();
        if (index == Start)
            Start = Math.Min(SkipRemoved(index + count), End);
    }

    /// <summary>Whether the entries of <paramref name="other"/> are near enough.</summary>
    public bool IsNearAll(PendingBlock other) => other._base.Sequence == _base.Sequence && IsNear(other.FirstId) && IsNear(other.LastId);

    /// <summary>Takes over the entries of <paramref name="other"/> that are not removed; they must be near enough, and there must be room.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int AppendAll(PendingBlock other) => AppendFrom(other, other.Start);

    /// <summary>Gives the entries from <paramref name="index"/> on to a new block.</summary>
    public PendingBlock SplitAt(int index)
    {
        // The sequences are as far from this base as they were from the old one.
        var upper = new PendingBlock(_base with { Milliseconds = IdAt(index).Milliseconds }, SmallestBuffer);
        upper.AppendFrom(this, index);
        for (var i = index; i < End; i++)
            Live -= AllOwners[i] == Removed ? 0 : 1;
        End = index;
        DropRemovedEnd();
        return upper;
    }

    /// <summary>Closes the gaps.</summary>
    public void Squeeze()
    {
        var end = 0;
        for (var i = Start; i < End; i++)
        {
            if (AllOwners[i] != Removed)
                Set(end++, IdAt(i), AllOwners[i], DeliveryTimes[i], DeliveryCounts[i]);
        }
        (Start, End) = (0, end);
    }

    /// <summary>Gives the memory back. The block must not be used any more.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _room, Start, End, Live) = ([], 0, 0, 0, 0);
    }

    // As many as came just now will probably come next.
    private void FetchRoomAhead(int count)
    {
        count = Math.Min(count, _room - End);
        Prefetch.Lines<ulong>(Keys.Slice(End, count));
        Prefetch.Lines<long>(DeliveryTimes.Slice(End, count));
        Prefetch.Lines<long>(DeliveryCounts.Slice(End, count));
        Prefetch.Lines<int>(AllOwners.Slice(End, count));
    }

    private int AppendFrom(PendingBlock other, int from)
    {
        var grown = 0;
        for (var i = from; i < other.End; i++)
        {
            if (other.AllOwners[i] != Removed)
                grown += Append(other.IdAt(i), other.AllOwners[i], other.DeliveryTimes[i], other.DeliveryCounts[i]);
        }
        return grown;
    }

    private void Set(int index, StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        _base.TryGetKey(id, out Keys[index]);
        (AllOwners[index], DeliveryTimes[index], DeliveryCounts[index]) = (owner, deliveredAt, deliveryCount);
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

    private void DropRemovedEnd()
    {
        while (Start < End && AllOwners[End - 1] == Removed)
            End--;
    }

    private int Grow()
    {
        var before = _buffer;
        var keys = Keys;
        var owners = AllOwners;
        var times = DeliveryTimes;
        var counts = DeliveryCounts;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(4 * before.Length, LargestBuffer));
        _room = Math.Min(_buffer.Length / RowBytes, Capacity);
        keys.CopyTo(Keys);
        owners.CopyTo(AllOwners);
        times.CopyTo(DeliveryTimes);
        counts.CopyTo(DeliveryCounts);
        ArrayPool<byte>.Shared.Return(before);
        return _buffer.Length - before.Length;
    }

    // The rows' values of one kind, after so many bytes of other kinds a row. The buffer's length, which is far from what is looked for, is not looked at.
    private Span<T> Column<T>(int bytesBefore)
        where T : unmanaged => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), bytesBefore * _room)), _room);
}
