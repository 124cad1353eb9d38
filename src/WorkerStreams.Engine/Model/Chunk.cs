using System.Buffers;
using System.Diagnostics;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Consecutive entries of a stream in one buffer: a table of their keys, a table of where each one's fields end, and the fields themselves. The
/// log holds one reference, and each batch that shows entries of the chunk holds one; the last to let go gives the buffer back. Batches look
/// at fields alone; the tables are the log's.
/// </summary>
internal sealed partial class Chunk(NodeLimits limits) : IDisposable
{
    private const int SmallestBuffer = 128;
    private const int OwnBytes = 112;

    // Where it is not in memory, its first id.
    private IdBase _base;
    private bool _areNear;
    private byte[] _buffer = [];
    private bool _pooled;
    private int _room;
    private int _count;
    private int _bytes;
    private int _used;
    private int _references;

    /// <summary>How large it grows.</summary>
    public NodeLimits Limits => limits;

    /// <summary>How often its log had been frozen when it was added.</summary>
    public int Epoch { get; set; }

    /// <summary>Whether the log has let go of it.</summary>
    public bool IsGone { get; private set; }

    /// <summary>The index of the first entry: those before were trimmed.</summary>
    public int Start { get; private set; }

    /// <summary>The index after the last entry. Deleted ones may follow, before what is appended next.</summary>
    public int End { get; private set; }

    /// <summary>The entries that are not deleted.</summary>
    public int Live { get; private set; }

    /// <summary>The bytes of all fields, of deleted entries too.</summary>
    public int UsedBytes => _used;

    public int MemoryBytes => _buffer.Length + OwnBytes + (Stored is null ? 0 : StoredChunk.MemoryBytes);

    public byte[] Buffer => _buffer;

    public StreamEntryId FirstId => IsHere ? IdAt(Start) : new(_base.Milliseconds, _base.Sequence);

    public StreamEntryId LastId => IsHere ? IdAt(End - 1) : Stored!.LastId;

    private int SmallestTable => Math.Min(2, limits.MaxEntries);

    private int KeyBytes => _areNear ? sizeof(uint) : sizeof(ulong);

    // What an entry takes in the tables.
    private int TableBytes => KeyBytes + sizeof(int);

    private Span<uint> Near => Pooled.Part<byte, uint>(_buffer, 0, _room);

    private Span<ulong> Far => Pooled.Part<byte, ulong>(_buffer, 0, _room);

    private Span<uint> Words => Pooled.Part<byte, uint>(_buffer, 0, _areNear ? _room : 2 * _room);

    // Where the fields of the entry before end, for each entry and one more: those of entry i are between i and i + 1. The complement marks a deleted entry.
    private Span<int> Ends => Pooled.Part<byte, int>(_buffer, _room * KeyBytes, _room + 1);

    /// <summary>Begins: a new one, or one that was released and that no batch shows.</summary>
    /// <param name="first">The first entry's id.</param>
    /// <param name="bytes">The bytes of its fields.</param>
    /// <param name="expectedEntries">The entries there will probably be: room for them before the chunk first grows.</param>
    /// <param name="expectedBytes">The bytes of all their fields.</param>
    /// <param name="near">Whether it takes only ids that are very near each other, and keeps them in half the bytes.</param>
    public void Begin(StreamEntryId first, int bytes, int expectedEntries, int expectedBytes, bool near) =>
        Begin(near ? NearKey.BaseOf(first) : IdBase.Of(first), bytes, expectedEntries, expectedBytes, near);

    private void Begin(IdBase origin, int bytes, int expectedEntries, int expectedBytes, bool near)
    {
        (_base, _areNear, _used, _references, IsGone) = (origin, near, 0, 1, false);
        // A large entry has a buffer of its own size for itself.
        _pooled = FieldsStart(SmallestTable) + bytes <= limits.MaxBytes;
        _room = _pooled ? RoomFor(expectedEntries, bytes) : SmallestTable;
        _buffer = _pooled
            ? ArrayPool<byte>.Shared.Rent(Math.Clamp(FieldsStart(_room) + Math.Max(bytes, expectedBytes), SmallestBuffer, limits.MaxBytes))
            : GC.AllocateUninitializedArray<byte>(FieldsStart(_room) + bytes);
        _bytes = BytesFor(_buffer);
        Ends[0] = 0;
    }

    public StreamEntryId IdAt(int index) => _base.IdOf(_areNear ? NearKey.KeyOf(Near[index]) : Far[index]);

    /// <summary>The ids of some entries, the deleted ones among them included.</summary>
    public IdRun Ids(Range range) => new IdRun(_base, Words, _areNear).To(range.End.Value).From(range.Start.Value);

    /// <summary>Whether the chunk ends because an id is not very near the others.</summary>
    public bool EndsNear(StreamEntryId id) => _areNear && !_base.IsNear(id);

    public EntryFields FieldsAt(int index)
    {
        var start = FieldsAfter(index);
        return new(_buffer, FieldsStart(_room) + start, Ends[index + 1] - start);
    }

    public bool IsDeleted(int index) => Ends[index + 1] < 0;

    /// <summary>Whether the entry of this id is at this place, and not deleted.</summary>
    public bool Holds(int index, StreamEntryId id) => index < End && IdAt(index) == id && !IsDeleted(index);

    /// <summary>Adds an entry after the last one, if it has its place here: its id is near enough, and the chunk not too large with it.</summary>
    /// <param name="id">Greater than those before.</param>
    /// <param name="encoded">The fields.</param>
    /// <param name="grown">By how many bytes the chunk grew.</param>
    public bool TryAppend(StreamEntryId id, ReadOnlySpan<byte> encoded, out int grown)
    {
        grown = 0;
        if (!_base.TryGetKey(id, out var key) || (_areNear && !NearKey.IsNear(key)))
            return false;
        if ((_count == _room || encoded.Length > _bytes - _used) && !TryGrow(encoded.Length, out grown))
            return false;
        encoded.CopyTo(_buffer.AsSpan(FieldsStart(_room) + _used));
        _used += encoded.Length;
        if (_areNear)
            Near[_count] = NearKey.Of(key);
        else
            Far[_count] = key;
        Ends[++_count] = _used;
        End = _count;
        Live++;
        return true;
    }

    public void Delete(int index)
    {
        Ends[index + 1] = ~Ends[index + 1];
        Live--;
        while (Start < End && IsDeleted(Start))
            Start++;
        while (Start < End && IsDeleted(End - 1))
            End--;
    }

    /// <summary>Trims: the first <paramref name="count"/> entries go, fewer than there are.</summary>
    public void RemoveFirst(int count)
    {
        for (Live -= count; count > 0 || IsDeleted(Start); Start++)
        {
            if (!IsDeleted(Start))
                count--;
        }
    }

    /// <summary>The entries below <paramref name="id"/>, without the deleted ones.</summary>
    public int CountBelow(StreamEntryId id)
    {
        var count = 0;
        for (var i = IndexOf(id) - 1; i >= Start; i--)
            count += IsDeleted(i) ? 0 : 1;
        return count;
    }

    /// <summary>The index of the first entry, deleted or not, that is not below <paramref name="id"/>.</summary>
    public int IndexOf(StreamEntryId id) => Start + Ids(Start..End).IndexOf(id);

    /// <summary>The index after the last entry, deleted or not, that is not above <paramref name="id"/>.</summary>
    public int IndexAfter(StreamEntryId id) => id.TryIncrement(out var next) ? IndexOf(next) : End;

    /// <summary>The index of the first entry from <paramref name="index"/> on that is not deleted. The last entry never is.</summary>
    public int SkipDeleted(int index)
    {
        while (IsDeleted(index))
            index++;
        return index;
    }

    /// <summary>The index after the entries from <paramref name="index"/> on, before <paramref name="end"/> and before the first deleted one.</summary>
    public int RunEnd(int index, int end)
    {
        if (Live == End - Start)
            return end;
        while (index < end && !IsDeleted(index))
            index++;
        return index;
    }

    /// <summary>The same entries without the room of the deleted ones.</summary>
    public Chunk Compacted()
    {
        var bytes = 0;
        for (var i = Start; i < End; i++)
            bytes += IsDeleted(i) ? 0 : FieldsAt(i).EncodedLength;
        // It may have been written where the limits were others: what is in it has room in any case.
        var compacted = new Chunk(new(Math.Max(limits.MaxEntries, Live), Math.Max(limits.MaxBytes, HeadBytes + FieldsStart(Live) + bytes)));
        // By the same base, for others may not reach to all of the entries.
        compacted.Begin(_base, FieldsAt(Start).EncodedLength, Live, bytes, _areNear);
        for (var i = Start; i < End; i++)
        {
            if (!IsDeleted(i))
                compacted.TryAppend(IdAt(i), FieldsAt(i).Encoded, out _);
        }
        return compacted;
    }

    /// <summary>Shows the entries from <paramref name="start"/> on, as many as there is room for in <paramref name="entries"/>; none of them is deleted.</summary>
    public void Show(int start, Span<StreamEntry> entries, long deliveryCount)
    {
        var ids = Ids(start..(start + entries.Length));
        var ends = Ends.Slice(start + 1, entries.Length);
        var (buffer, fields, offset) = (_buffer, FieldsStart(_room), FieldsAfter(start));
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new(ids[i], new(buffer, fields + offset, ends[i] - offset), deliveryCount);
            offset = ends[i];
        }
    }

    /// <summary>The tables from <paramref name="index"/> on will be needed soon.</summary>
    public void FetchAhead(int index)
    {
        Prefetch.Bytes(ref _buffer, index * KeyBytes, (End - index) * KeyBytes);
        Prefetch.Bytes(ref _buffer, (_room * KeyBytes) + (index * sizeof(int)), (End - index + 1) * sizeof(int));
    }

    /// <summary>Another batch shows entries of this chunk. The caller's lock keeps the log's own reference meanwhile.</summary>
    public Chunk Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>The log has let go, but keeps it as it is for who reads without its lock.</summary>
    public void Leave() => IsGone = true;

    /// <summary>The log lets go: no entry will be found here any more.</summary>
    /// <returns>Whether no batch shows it either.</returns>
    public bool Release()
    {
        (Start, End, Live, _count, IsGone) = (0, 0, 0, 0, true);
        return LetGo();
    }

    /// <summary>A batch lets go.</summary>
    public void Dispose() => LetGo();

    // Returns whether that was the last one.
    private bool LetGo()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return false;
        FreeBuffer();
        return true;
    }

    private void FreeBuffer()
    {
        Poison();
        if (_pooled)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _room, _pooled) = ([], 0, false);
    }

    // Whoever reads on after the batch is gone shall see it at once.
    [Conditional("DEBUG")]
    private void Poison() => _buffer.AsSpan().Fill(0xDD);

    private int FieldsStart(int room) => (room * TableBytes) + sizeof(int);

    // The entries that there is room for in the tables, beside fields of so many bytes.
    private int RoomFor(int entries, int bytes) =>
        Math.Max(SmallestTable, Math.Min(entries, Math.Min(limits.MaxEntries, (limits.MaxBytes - FieldsStart(0) - bytes) / TableBytes)));

    // The bytes of fields that there is room for in a buffer, beside the tables.
    private int BytesFor(byte[] buffer) => (_pooled ? Math.Min(buffer.Length, limits.MaxBytes) : buffer.Length) - FieldsStart(_room);

    private int FieldsAfter(int index) => Ends[index] is >= 0 and var end ? end : ~Ends[index];

    // Batches may show entries in the outgrown buffer, so it is left to the garbage collector.
    private bool TryGrow(int bytes, out int grown)
    {
        grown = 0;
        if (_count >= limits.MaxEntries || FieldsStart(Math.Max(_room, _count + 1)) + _used + bytes > limits.MaxBytes)
            return false;
        var words = Words;
        var ends = Ends;
        var fields = _buffer.AsSpan(FieldsStart(_room), _used);
        var before = _buffer.Length;
        if (_count == _room)
            _room = RoomFor(4 * _room, _used + bytes);
        var size = FieldsStart(_room) + _used + bytes;
        _buffer = ArrayPool<byte>.Shared.Rent(size <= before ? size : Math.Max(2 * before, size));
        _bytes = BytesFor(_buffer);
        _pooled = true;
        words.CopyTo(Words);
        ends[..(_count + 1)].CopyTo(Ends);
        fields.CopyTo(_buffer.AsSpan(FieldsStart(_room)));
        grown = _buffer.Length - before;
        return true;
    }
}
