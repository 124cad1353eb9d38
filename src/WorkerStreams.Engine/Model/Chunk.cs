using System.Buffers;
using System.Diagnostics;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Consecutive entries of a stream: their fields in one buffer, their ids and extents beside it. The log holds one reference, and each
/// batch that shows entries of the chunk holds one; the last to let go gives the buffer back. Ids and extents belong to the log alone.
/// </summary>
internal sealed class Chunk : IDisposable
{
    private const int SmallestBuffer = 128;
    private const int SmallestTable = 2;

    private readonly int _maxEntries;
    private StreamEntryId[] _ids;
    private Extent[] _extents;
    private byte[] _buffer;
    private bool _pooled;
    private int _used;
    private int _references = 1;

    /// <summary>A chunk with room for so many entries of so many bytes in all before it first grows.</summary>
    public Chunk(int entries, int bytes, NodeLimits limits)
    {
        _maxEntries = limits.MaxEntries;
        _pooled = bytes <= limits.MaxBytes;
        _buffer = _pooled ? ArrayPool<byte>.Shared.Rent(Math.Max(bytes, SmallestBuffer)) : GC.AllocateUninitializedArray<byte>(bytes);
        (_ids, _extents) = MakeTables(entries);
    }

    /// <summary>The index of the first entry: those before were trimmed.</summary>
    public int Start { get; private set; }

    /// <summary>The index after the last entry.</summary>
    public int End { get; private set; }

    /// <summary>The entries that are not deleted.</summary>
    public int Live { get; private set; }

    public int UsedBytes => _used;

    public int MemoryBytes => _buffer.Length + (_ids.Length * (16 + Extent.Size)) + 96;

    public byte[] Buffer => _buffer;

    public ReadOnlySpan<StreamEntryId> Ids => _ids.AsSpan(0, End);

    public ReadOnlySpan<Extent> Extents => _extents.AsSpan(0, End);

    public bool HasRoom(int bytes, NodeLimits limits) => End < limits.MaxEntries && _used + bytes <= limits.MaxBytes;

    public EntryFields FieldsAt(int index) => new(_buffer, _extents[index].Offset, _extents[index].Length);

    /// <returns>By how many bytes the chunk grew.</returns>
    public int Append(StreamEntryId id, ReadOnlySpan<byte> encoded)
    {
        var grown = 0;
        if (End == _ids.Length || encoded.Length > _buffer.Length - _used)
            grown = Grow(encoded.Length);
        encoded.CopyTo(_buffer.AsSpan(_used));
        _ids[End] = id;
        _extents[End] = new(_used, encoded.Length);
        _used += encoded.Length;
        End++;
        Live++;
        return grown;
    }

    public void Delete(int index)
    {
        _extents[index] = Extent.Deleted;
        Live--;
        while (Start < End && _extents[Start].IsDeleted)
            Start++;
        while (Start < End && _extents[End - 1].IsDeleted)
            End--;
    }

    /// <summary>Trims: the first <paramref name="count"/> entries go, fewer than there are.</summary>
    public void RemoveFirst(int count)
    {
        for (Live -= count; count > 0 || _extents[Start].IsDeleted; Start++)
        {
            if (!_extents[Start].IsDeleted)
                count--;
        }
    }

    /// <summary>The entries below <paramref name="id"/>, without the deleted ones.</summary>
    public int CountBelow(StreamEntryId id)
    {
        var count = 0;
        foreach (var extent in _extents.AsSpan(Start, IndexOf(id) - Start))
            count += extent.IsDeleted ? 0 : 1;
        return count;
    }

    /// <summary>The index of the first entry, deleted or not, that is not below <paramref name="id"/>.</summary>
    public int IndexOf(StreamEntryId id) => Start + IdSearch.LowerBound(_ids.AsSpan(Start, End - Start), id);

    /// <summary>The index after the last entry, deleted or not, that is not above <paramref name="id"/>.</summary>
    public int IndexAfter(StreamEntryId id) => id.TryIncrement(out var next) ? IndexOf(next) : End;

    /// <summary>The index of the first entry from <paramref name="index"/> on that is not deleted. The last entry never is.</summary>
    public int SkipDeleted(int index)
    {
        while (_extents[index].IsDeleted)
            index++;
        return index;
    }

    /// <summary>The index after the entries from <paramref name="index"/> on, before <paramref name="end"/> and before the first deleted one.</summary>
    public int RunEnd(int index, int end)
    {
        if (Live == End - Start)
            return end;
        while (index < end && !_extents[index].IsDeleted)
            index++;
        return index;
    }

    /// <summary>The same entries without the room of the deleted ones.</summary>
    public Chunk Compacted(NodeLimits limits)
    {
        var bytes = 0;
        foreach (var extent in _extents.AsSpan(Start, End - Start))
            bytes += Math.Max(extent.Length, 0);
        var compacted = new Chunk(Live, bytes, limits);
        for (var i = Start; i < End; i++)
        {
            if (!_extents[i].IsDeleted)
                compacted.Append(_ids[i], FieldsAt(i).Encoded);
        }
        return compacted;
    }

    /// <summary>Another batch shows entries of this chunk. The caller's lock keeps the log's own reference meanwhile.</summary>
    public Chunk Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>The log lets go: no entry will be found here any more.</summary>
    public void Release()
    {
        ReturnTables();
        (_ids, _extents, Start, End, Live) = ([], [], 0, 0, 0);
        Dispose();
    }

    /// <summary>One holder lets go.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        Poison();
        if (_pooled)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    // Whoever reads on after the batch is gone shall see it at once.
    [Conditional("DEBUG")]
    private void Poison() => _buffer.AsSpan().Fill(0xDD);

    private int Grow(int bytes)
    {
        var before = MemoryBytes;
        if (bytes > _buffer.Length - _used)
        {
            // Batches may show entries in the outgrown buffer, so it is left to the garbage collector.
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _used + bytes));
            _buffer.AsSpan(0, _used).CopyTo(larger);
            (_buffer, _pooled) = (larger, true);
        }
        if (End == _ids.Length)
            GrowTables();
        return MemoryBytes - before;
    }

    private void GrowTables()
    {
        var (ids, extents) = MakeTables(Math.Min(4 * End, _maxEntries));
        _ids.AsSpan(0, End).CopyTo(ids);
        _extents.AsSpan(0, End).CopyTo(extents);
        ReturnTables();
        (_ids, _extents) = (ids, extents);
    }

    // The pool's smallest array is a waste for a stream of one entry.
    private static (StreamEntryId[], Extent[]) MakeTables(int entries) => entries <= SmallestTable
        ? (new StreamEntryId[SmallestTable], new Extent[SmallestTable])
        : (ArrayPool<StreamEntryId>.Shared.Rent(entries), ArrayPool<Extent>.Shared.Rent(entries));

    private void ReturnTables()
    {
        if (_ids.Length <= SmallestTable)
            return;
        ArrayPool<StreamEntryId>.Shared.Return(_ids);
        ArrayPool<Extent>.Shared.Return(_extents);
    }
}

/// <summary>Where an entry's fields lie in its chunk's buffer; a negative length marks a deleted entry.</summary>
internal readonly record struct Extent(int Offset, int Length)
{
    public const int Size = 2 * sizeof(int);

    public static Extent Deleted => new(0, -1);

    public bool IsDeleted => Length < 0;
}
