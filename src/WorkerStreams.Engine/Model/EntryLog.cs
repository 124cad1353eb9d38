using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// The entries of a stream, in chunks. The first chunk starts and the last chunk ends with an entry that is there; in between,
/// entries may be deleted, and whole chunks gone.
/// </summary>
/// <param name="grain">How large chunks grow.</param>
/// <param name="meter">Counts the memory they take.</param>
/// <param name="cache">Those that are on the disk, too; null where none is.</param>
internal sealed class EntryLog(NodeGrain grain, MemoryMeter meter, ChunkCache? cache)
{
    private readonly IdDirectory<Chunk> _chunks = new();
    private Chunk? _head;
    private Chunk? _tail;
    private Chunk? _spare;
    private int _gone;
    private bool _isTailOpen;
    private int _freezes;
    // What is to be kept for who reads without the lock; null where nobody does.
    private List<Chunk>? _left;

    /// <summary>The entries that are there.</summary>
    public long Count { get; private set; }

    /// <summary>The first entry's id, or 0-0 where there is none.</summary>
    public StreamEntryId FirstId => _head?.FirstId ?? default;

    /// <summary>Whether <see cref="FirstId"/> is at most <paramref name="id"/>: mostly told without a look at it, which is far from where a group reads.</summary>
    public bool StartsBy(StreamEntryId id) => (_chunks.Count > 1 && _chunks.LowestOf(1) <= id) || FirstId <= id;

    /// <summary>The last entry's id, or 0-0 where there is none.</summary>
    public StreamEntryId LastId => _tail?.LastId ?? default;

    /// <summary>The chunks there are.</summary>
    public int NodeCount => _chunks.Count - _gone;

    /// <summary>The entries in the first chunk.</summary>
    public int FirstNodeCount => _head?.Live ?? 0;

    /// <summary>The bytes of all fields, of deleted entries too; about, where they are on the disk alone.</summary>
    public long FieldBytes
    {
        get
        {
            var bytes = 0L;
            for (var place = Start; TryGetChunk(ref place, out var chunk); place = place.NextChunk)
                bytes += chunk.IsHere ? chunk.UsedBytes : chunk.Stored!.Address.Length;
            return bytes;
        }
    }

    /// <summary>The place before the first entry.</summary>
    public EntryPlace Start => new(_chunks.FirstNumber, 0);

    /// <param name="id">Greater than every id before.</param>
    /// <param name="encoded">The fields.</param>
    public void Append(StreamEntryId id, ReadOnlySpan<byte> encoded)
    {
        if (!_isTailOpen || !_tail!.TryAppend(id, encoded, out var grown))
            AddChunk(id, encoded.Length).TryAppend(id, encoded, out grown);
        if (grown != 0)
            meter.Add(grown);
        Count++;
    }

    /// <summary>Whether the entry is there, and where.</summary>
    public bool TryFind(StreamEntryId id, [NotNullWhen(true)] out Chunk? chunk, out int index)
    {
        index = -1;
        var place = _chunks.Find(id);
        chunk = place < 0 ? null : _chunks[place];
        if (chunk is null)
            return false;
        index = Here(chunk).IndexOf(id);
        return chunk.Holds(index, id);
    }

    /// <returns>Whether the entry was there.</returns>
    public bool Delete(StreamEntryId id)
    {
        if (!TryFind(id, out var chunk, out var index))
            return false;
        // What others read without the lock, and what is on the disk, stays as it is.
        if (IsFrozen(chunk) || chunk.Stored is not null)
        {
            Replace(_chunks.Find(id), chunk.Compacted());
            TryFind(id, out chunk, out index);
        }
        chunk!.Delete(index);
        Count--;
        if (chunk.Live == 0)
            DropChunk(_chunks.Find(id));
        else if (4 * chunk.Live < chunk.End - chunk.Start && chunk != _tail)
            Replace(_chunks.Find(id), chunk.Compacted());
        return true;
    }

    /// <summary>Removes the oldest <paramref name="count"/> entries, at most as many as there are.</summary>
    public void RemoveFirst(long count)
    {
        var (left, whole) = (count, 0);
        for (var place = Start; left > 0 && TryGetChunk(ref place, out var chunk); place = place.NextChunk)
        {
            if (left < chunk.Live)
            {
                // First, for it may have to be read, which may fail.
                Here(chunk).RemoveFirst((int)left);
                break;
            }
            left -= chunk.Live;
            whole++;
        }
        for (; whole > 0; whole--)
            DropChunk(0);
        Count -= count;
    }

    /// <summary>Removes all entries, and reads none for that.</summary>
    public void Clear()
    {
        while (_head is not null)
            DropChunk(0);
        Count = 0;
    }

    /// <summary>The place of the first entry that is greater than <paramref name="id"/>.</summary>
    /// <param name="id">Any id.</param>
    /// <param name="hint">The place as of an earlier call: it spares the search where it still follows <paramref name="id"/>.</param>
    public EntryPlace After(StreamEntryId id, EntryPlace hint)
    {
        if (hint.Index > 0 && _chunks.ByNumber(hint.Chunk) is { IsHere: true } chunk && hint.Index <= chunk.End && chunk.IdAt(hint.Index - 1) == id)
            return hint;
        return id.TryIncrement(out var next) ? From(next) : new(_chunks.FirstNumber + _chunks.Count, 0);
    }

    /// <summary>The place of the first entry that is not below <paramref name="id"/>.</summary>
    public EntryPlace From(StreamEntryId id)
    {
        var place = Math.Max(_chunks.Find(id), 0);
        if (place >= _chunks.Count || _chunks[place] is not { } chunk)
            return new(_chunks.FirstNumber + place, 0);
        return new(_chunks.FirstNumber + place, chunk.LastId < id ? chunk.End : Here(chunk).IndexOf(id));
    }

    /// <summary>The chunk at <paramref name="place"/>, which moves on to the next chunk where this one ends before it.</summary>
    /// <returns>False at the end of the log.</returns>
    public bool TryGetChunk(ref EntryPlace place, [NotNullWhen(true)] out Chunk? chunk)
    {
        for (var end = _chunks.FirstNumber + _chunks.Count; place.Chunk < end; place = place.NextChunk)
        {
            chunk = _chunks.ByNumber(place.Chunk);
            if (chunk is null || place.Index >= chunk.End)
                continue;
            place = place with { Index = Math.Max(place.Index, chunk.Start) };
            return true;
        }
        chunk = null;
        return false;
    }

    /// <summary>The next entries that lie side by side, none of them deleted, and moves <paramref name="place"/> behind them.</summary>
    /// <param name="place">Where to look from.</param>
    /// <param name="last">The greatest id wanted.</param>
    /// <param name="count">The most entries wanted, 1 or more.</param>
    /// <param name="chunk">Where they are.</param>
    /// <param name="run">Which they are.</param>
    /// <returns>False where there is none.</returns>
    public bool TryGetRun(ref EntryPlace place, StreamEntryId last, int count, [NotNullWhen(true)] out Chunk? chunk, out Range run)
    {
        run = default;
        if (!TryGetChunk(ref place, out chunk))
            return false;
        var start = Here(chunk).SkipDeleted(place.Index);
        var end = chunk.RunEnd(start, (int)Math.Min((long)start + count, chunk.End));
        if (chunk.IdAt(end - 1) > last)
            end = chunk.IndexAfter(last);
        place = place with { Index = end };
        run = start..end;
        return start < end;
    }

    /// <summary>What is read from <paramref name="place"/> on will be needed soon.</summary>
    public void FetchAhead(EntryPlace place)
    {
        if (_chunks.ByNumber(place.Chunk) is not { IsHere: true } chunk)
            return;
        if (place.Index < chunk.End)
        {
            chunk.FetchAhead(place.Index);
            return;
        }
        _chunks.ByNumber(place.Chunk + 1)?.FetchAhead(0);
        _chunks.FetchAhead((int)(place.Chunk + 2 - _chunks.FirstNumber));
    }

    /// <summary>As <see cref="TryGetChunk"/>, backwards: an index at or above the chunk's end means its last entry.</summary>
    public bool TryGetChunkBackwards(ref EntryPlace place, [NotNullWhen(true)] out Chunk? chunk)
    {
        for (; place.Chunk >= _chunks.FirstNumber; place = place.PreviousChunk)
        {
            chunk = _chunks.ByNumber(place.Chunk);
            if (chunk is null || place.Index < chunk.Start)
                continue;
            place = place with { Index = Math.Min(place.Index, Here(chunk).End - 1) };
            return true;
        }
        chunk = null;
        return false;
    }

    /// <summary>The id of an entry by its number, from 1 to <see cref="Count"/>.</summary>
    public StreamEntryId IdOf(long number)
    {
        for (var place = Start; TryGetChunk(ref place, out var chunk); place = place.NextChunk)
        {
            if (number == chunk.Live)
                return chunk.LastId;
            if (number < chunk.Live)
                return IdOf(place, (int)number);
            number -= chunk.Live;
        }
        return default;
    }

    /// <summary>The number of entries below <paramref name="id"/>.</summary>
    public long CountBelow(StreamEntryId id)
    {
        var count = 0L;
        for (var place = Start; TryGetChunk(ref place, out var chunk); place = place.NextChunk)
        {
            if (chunk.LastId >= id)
                return count + Here(chunk).CountBelow(id);
            count += chunk.Live;
        }
        return count;
    }

    /// <summary>The bytes of chunks that are not on the disk, but for the last one.</summary>
    public long BytesToStore
    {
        get
        {
            var bytes = 0L;
            for (var place = 0; place < _chunks.Count - 1; place++)
                bytes += _chunks[place] is { Stored: null } chunk ? chunk.SavedBytes : 0;
            return bytes;
        }
    }

    /// <summary>The chunks there are, in order. Until <see cref="Thaw"/> they stay as they are and can be read without the lock: all but one at the end that is not on the disk, and but for what is trimmed.</summary>
    /// <returns>The chunks, with gaps.</returns>
    public Chunk?[] Freeze()
    {
        var chunks = _chunks.ToArray();
        _left ??= [];
        _freezes++;
        return chunks;
    }

    public void Thaw()
    {
        foreach (var chunk in _left!)
        {
            meter.Add(-chunk.MemoryBytes);
            chunk.Release();
        }
        _left = null;
    }

    /// <summary>Adds a chunk that is on the disk.</summary>
    public void Add(StoredChunk stored)
    {
        var chunk = new Chunk(grain.Limits);
        chunk.Begin(stored);
        Count += stored.Live;
        Add(stored.FirstId, chunk);
        _isTailOpen = false;
    }

    // Whether it was there when the log was frozen, and still is.
    private bool IsFrozen(Chunk chunk) => _left is not null && chunk.Epoch < _freezes;

    // From a place on.
    private StreamEntryId IdOf(EntryPlace place, int number)
    {
        while (TryGetRun(ref place, StreamEntryId.MaxValue, number, out var chunk, out var run))
        {
            var ids = chunk.Ids(run);
            number -= ids.Length;
            if (number == 0)
                return ids[^1];
        }
        return default;
    }

    private Chunk Here(Chunk chunk)
    {
        if (!chunk.IsHere)
            cache!.Bring(chunk);
        return chunk;
    }

    private Chunk AddChunk(StreamEntryId id, int bytes)
    {
        var chunk = _spare is { } spare && spare.Limits == grain.Limits ? spare : new(grain.Limits);
        _spare = null;
        // A stream's first chunk is small, for there are streams of one entry; the next ones are as large as the last one became. Where one for ids very near each
        // other ends because one is not, the next one is for any.
        if (_tail is { IsHere: true } last)
            chunk.Begin(id, bytes, last.End + (last.End / 8), last.UsedBytes, near: !last.EndsNear(id));
        else
            chunk.Begin(id, bytes, expectedEntries: 1, bytes, near: true);
        _isTailOpen = true;
        return Add(id, chunk);
    }

    private Chunk Add(StreamEntryId lowest, Chunk chunk)
    {
        chunk.Epoch = _freezes;
        meter.Add(chunk.MemoryBytes);
        if (_tail is { Stored: null } last)
            meter.AddStorable(last.MemoryBytes);
        _chunks.Add(lowest, chunk);
        _head ??= chunk;
        return _tail = chunk;
    }

    private void Replace(int place, Chunk compacted)
    {
        var chunk = _chunks[place]!;
        compacted.Epoch = _freezes;
        meter.Add(compacted.MemoryBytes);
        LetGo(chunk);
        _chunks[place] = compacted;
        if (chunk == _head)
            _head = compacted;
        if (chunk == _tail)
            (_tail, _isTailOpen) = (compacted, true);
        else
            meter.AddStorable(compacted.MemoryBytes);
    }

    /// <returns>Whether it can be used again.</returns>
    private bool LetGo(Chunk chunk)
    {
        cache?.Forget(chunk);
        if (IsFrozen(chunk))
        {
            chunk.Leave();
            _left!.Add(chunk);
            return false;
        }
        meter.Add(-chunk.MemoryBytes);
        return chunk.Release() && chunk.Stored is null;
    }

    private void DropChunk(int place)
    {
        var chunk = _chunks[place]!;
        if (LetGo(chunk))
            _spare = chunk;
        _chunks[place] = null;
        _gone++;
        while (_chunks.Count > 0 && _chunks[0] is null)
            RemovePlace(0);
        while (_chunks.Count > 0 && _chunks[_chunks.Count - 1] is null)
            RemovePlace(_chunks.Count - 1);
        if (2 * _gone > _chunks.Count)
        {
            _chunks.Squeeze();
            _gone = 0;
        }
        _head = _chunks.Count > 0 ? _chunks[0] : null;
        var tail = _chunks.Count > 0 ? _chunks[_chunks.Count - 1] : null;
        if (tail == _tail)
            return;
        // One that has become the last again.
        _tail = tail;
        _isTailOpen = tail is { Stored: null } && !IsFrozen(tail);
    }

    private void RemovePlace(int place)
    {
        _chunks.RemoveAt(place);
        _gone--;
    }
}

/// <summary>A place between entries: before the entry of this index in the chunk of this number.</summary>
internal readonly record struct EntryPlace(long Chunk, int Index)
{
    /// <summary>Before the first entry of the next chunk.</summary>
    public EntryPlace NextChunk => new(Chunk + 1, 0);

    /// <summary>After the last entry of the chunk before.</summary>
    public EntryPlace PreviousChunk => new(Chunk - 1, int.MaxValue);
}
