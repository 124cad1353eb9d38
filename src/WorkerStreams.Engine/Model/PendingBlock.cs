using System.Buffers;
using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Up to <see cref="Capacity"/> pending entries in the order of their ids, a column an array. Removed ones keep their place, without an
/// owner, until the block is rewritten; the first and the last are there.
/// </summary>
internal sealed class PendingBlock
{
    public const int Capacity = 512;

    /// <summary>The owner of a removed entry.</summary>
    public const int Removed = -1;

    private const int SmallestSize = 16;

    private StreamEntryId[] _ids = ArrayPool<StreamEntryId>.Shared.Rent(SmallestSize);
    private int[] _owners = ArrayPool<int>.Shared.Rent(SmallestSize);
    private long[] _deliveredAt = ArrayPool<long>.Shared.Rent(SmallestSize);
    private long[] _deliveryCounts = ArrayPool<long>.Shared.Rent(SmallestSize);

    public int Start { get; private set; }

    public int End { get; private set; }

    /// <summary>The entries that are not removed.</summary>
    public int Live { get; private set; }

    public int MemoryBytes => (_ids.Length * (16 + sizeof(int) + (2 * sizeof(long)))) + 96;

    public bool IsFull => End == Capacity;

    public ReadOnlySpan<StreamEntryId> Ids => _ids.AsSpan(0, End);

    /// <summary>Who owns each: a consumer's index, or <see cref="Removed"/>.</summary>
    public ReadOnlySpan<int> Owners => _owners.AsSpan(0, End);

    public StreamEntryId IdAt(int index) => _ids[index];

    /// <summary>Whether the entry at this place is this one, and not removed.</summary>
    public bool Holds(int index, StreamEntryId id) => index >= Start && index < End && _ids[index] == id && _owners[index] != Removed;

    public ref int OwnerAt(int index) => ref _owners[index];

    public ref long DeliveredAt(int index) => ref _deliveredAt[index];

    public ref long DeliveryCountAt(int index) => ref _deliveryCounts[index];

    /// <summary>The index of the first place, removed or not, that is not below <paramref name="id"/>.</summary>
    public int IndexOf(StreamEntryId id) => Start + IdSearch.LowerBound(_ids.AsSpan(Start, End - Start), id);

    /// <summary>Adds an entry after the last one. The block must not be full.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int Append(StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        var grown = End == _ids.Length ? Grow() : 0;
        var index = End++;
        (_ids[index], _owners[index], _deliveredAt[index], _deliveryCounts[index]) = (id, owner, deliveredAt, deliveryCount);
        Live++;
        return grown;
    }

    /// <summary>Adds entries of one owner, delivered once, after the last one, as many as there is room for.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int Append(ReadOnlySpan<StreamEntryId> ids, int owner, long deliveredAt, out int added)
    {
        added = Math.Min(ids.Length, Capacity - End);
        var grown = 0;
        while (_ids.Length < End + added)
            grown += Grow();
        ids[..added].CopyTo(_ids.AsSpan(End));
        _owners.AsSpan(End, added).Fill(owner);
        _deliveredAt.AsSpan(End, added).Fill(deliveredAt);
        _deliveryCounts.AsSpan(End, added).Fill(1);
        End += added;
        Live += added;
        return grown;
    }

    /// <summary>Opens a place before <paramref name="index"/>. The block must not be full.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int Insert(int index, StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        var moved = End - index;
        var grown = Append(id, owner, deliveredAt, deliveryCount);
        Array.Copy(_ids, index, _ids, index + 1, moved);
        Array.Copy(_owners, index, _owners, index + 1, moved);
        Array.Copy(_deliveredAt, index, _deliveredAt, index + 1, moved);
        Array.Copy(_deliveryCounts, index, _deliveryCounts, index + 1, moved);
        (_ids[index], _owners[index], _deliveredAt[index], _deliveryCounts[index]) = (id, owner, deliveredAt, deliveryCount);
        return grown;
    }

    /// <summary>Puts an entry into a place whose entry, of the same id, was removed.</summary>
    public void Revive(int index, int owner, long deliveredAt, long deliveryCount)
    {
        (_owners[index], _deliveredAt[index], _deliveryCounts[index]) = (owner, deliveredAt, deliveryCount);
        Live++;
    }

    /// <summary>How many of the places from <paramref name="index"/> on hold just these entries, all of one owner.</summary>
    public int RunLength(int index, ReadOnlySpan<StreamEntryId> ids)
    {
        var length = Math.Min(ids.Length, End - index);
        var there = MemoryMarshal.Cast<StreamEntryId, ulong>(_ids.AsSpan(index, length));
        var same = there.CommonPrefixLength(MemoryMarshal.Cast<StreamEntryId, ulong>(ids)) / 2;
        var otherOwner = _owners.AsSpan(index, same).IndexOfAnyExcept(_owners[index]);
        return otherOwner < 0 ? same : otherOwner;
    }

    /// <summary>Removes so many entries from <paramref name="index"/> on, all of which are there.</summary>
    public void Remove(int index, int count)
    {
        _owners.AsSpan(index, count).Fill(Removed);
        Live -= count;
        while (Start < End && _owners[Start] == Removed)
            Start++;
        DropRemovedEnd();
    }

    /// <summary>Appends the entries of <paramref name="other"/> from <paramref name="from"/> on that are not removed; there must be room.</summary>
    /// <returns>By how many bytes the block grew.</returns>
    public int AppendFrom(PendingBlock other, int from)
    {
        var grown = 0;
        for (var i = Math.Max(from, other.Start); i < other.End; i++)
        {
            if (other._owners[i] != Removed)
                grown += Append(other._ids[i], other._owners[i], other._deliveredAt[i], other._deliveryCounts[i]);
        }
        return grown;
    }

    /// <summary>Gives up the entries from <paramref name="index"/> on, which are in another block by now.</summary>
    public void Truncate(int index)
    {
        for (var i = index; i < End; i++)
            Live -= _owners[i] == Removed ? 0 : 1;
        End = index;
        DropRemovedEnd();
    }

    /// <summary>Closes the gaps.</summary>
    public void Squeeze()
    {
        var end = 0;
        for (var i = Start; i < End; i++)
        {
            if (_owners[i] == Removed)
                continue;
            (_ids[end], _owners[end], _deliveredAt[end], _deliveryCounts[end]) = (_ids[i], _owners[i], _deliveredAt[i], _deliveryCounts[i]);
            end++;
        }
        (Start, End) = (0, end);
    }

    /// <summary>Gives the memory back. The block must not be used any more.</summary>
    public void Release()
    {
        ArrayPool<StreamEntryId>.Shared.Return(_ids);
        ArrayPool<int>.Shared.Return(_owners);
        ArrayPool<long>.Shared.Return(_deliveredAt);
        ArrayPool<long>.Shared.Return(_deliveryCounts);
        (_ids, _owners, _deliveredAt, _deliveryCounts, Start, End, Live) = ([], [], [], [], 0, 0, 0);
    }

    private void DropRemovedEnd()
    {
        while (Start < End && _owners[End - 1] == Removed)
            End--;
    }

    private int Grow()
    {
        var (before, size) = (MemoryBytes, Math.Min(4 * _ids.Length, Capacity));
        Grow(ref _ids, size);
        Grow(ref _owners, size);
        Grow(ref _deliveredAt, size);
        Grow(ref _deliveryCounts, size);
        return MemoryBytes - before;
    }

    private void Grow<T>(ref T[] column, int size)
    {
        var larger = ArrayPool<T>.Shared.Rent(size);
        column.AsSpan(0, End).CopyTo(larger);
        ArrayPool<T>.Shared.Return(column);
        column = larger;
    }
}
