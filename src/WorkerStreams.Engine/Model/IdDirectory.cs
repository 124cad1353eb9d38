namespace WorkerStreams.Engine.Model;

/// <summary>
/// Items in the order of their ids, each under the smallest id it may hold: the inner level of a B-tree of two. One window that
/// slides through its arrays, so that adding last and removing first are cheap. Each item has a number that stays its own as
/// long as nothing is inserted or removed before it but at the front.
/// </summary>
internal sealed class IdDirectory<T>
    where T : class
{
    private StreamEntryId[] _lowest = new StreamEntryId[1];
    private T?[] _items = new T?[1];
    private int _start;

    public int Count { get; private set; }

    /// <summary>The number of the first item.</summary>
    public long FirstNumber { get; private set; }

    public T? this[int index]
    {
        get => _items[_start + index];
        set => _items[_start + index] = value;
    }

    public T? ByNumber(long number) => (ulong)(number - FirstNumber) < (ulong)Count ? this[(int)(number - FirstNumber)] : null;

    /// <summary>The index of the last item that may hold <paramref name="id"/>, or -1 where all are greater.</summary>
    public int Find(StreamEntryId id)
    {
        var index = -1;
        for (var rest = Count; rest > 0;)
        {
            var half = (rest + 1) >> 1;
            index += IdSearch.If(_lowest[_start + index + half] <= id, half);
            rest -= half;
        }
        return index;
    }

    /// <summary>As <see cref="Find(StreamEntryId)"/> for several ids: a step for each in turn, so that their waits for memory overlap.</summary>
    public void Find(ReadOnlySpan<StreamEntryId> ids, Span<int> indexes)
    {
        indexes = indexes[..ids.Length];
        indexes.Fill(-1);
        var lowest = _lowest.AsSpan(_start, Count);
        for (var rest = Count; rest > 0;)
        {
            var half = (rest + 1) >> 1;
            for (var i = 0; i < indexes.Length; i++)
                indexes[i] += IdSearch.If(lowest[indexes[i] + half] <= ids[i], half);
            rest -= half;
        }
    }

    /// <summary>How far into its item an id is likely to be, by the ids that the item and the next one begin with: from 0 to 1.</summary>
    public double ShareOf(StreamEntryId id, int index)
    {
        var ids = _lowest.AsSpan(_start + index, Math.Min(2, Count - index));
        return ids.Length < 2 ? 1 : id <= ids[0] ? 0 : IdSearch.Share(ids[0], ids[1], id);
    }

    /// <summary>The item of this index, if there is one, will be needed soon.</summary>
    public void FetchAhead(int index)
    {
        if (index < Count)
            Prefetch.Target(ref _items[_start + index]);
    }

    public void Add(StreamEntryId lowest, T item)
    {
        MakeRoom();
        var end = _start + Count++;
        (_lowest[end], _items[end]) = (lowest, item);
    }

    public void Insert(int index, StreamEntryId lowest, T item)
    {
        MakeRoom();
        var (from, moved) = (_start + index, Count - index);
        Array.Copy(_lowest, from, _lowest, from + 1, moved);
        Array.Copy(_items, from, _items, from + 1, moved);
        Count++;
        (_lowest[from], _items[from]) = (lowest, item);
    }

    public void RemoveAt(int index)
    {
        if (index == 0)
        {
            _items[_start++] = null;
            Count--;
            FirstNumber++;
            return;
        }
        var (to, moved) = (_start + index, Count - index - 1);
        Array.Copy(_lowest, to + 1, _lowest, to, moved);
        Array.Copy(_items, to + 1, _items, to, moved);
        _items[_start + --Count] = null;
    }

    /// <summary>The items, with gaps where some are gone.</summary>
    public T?[] ToArray() => _items.AsSpan(_start, Count).ToArray();

    public StreamEntryId LowestOf(int index) => _lowest[_start + index];

    public void SetLowest(int index, StreamEntryId lowest) => _lowest[_start + index] = lowest;

    /// <summary>Removes the places whose item is gone.</summary>
    public void Squeeze()
    {
        var kept = 0;
        for (var i = _start; i < _start + Count; i++)
        {
            if (_items[i] is not { } item)
                continue;
            (_lowest[_start + kept], _items[_start + kept]) = (_lowest[i], item);
            kept++;
        }
        Array.Clear(_items, _start + kept, Count - kept);
        Count = kept;
    }

    public void Clear()
    {
        FirstNumber += Count;
        (_lowest, _items, _start, Count) = (new StreamEntryId[1], new T?[1], 0, 0);
    }

    private void MakeRoom()
    {
        if (_start + Count < _items.Length)
            return;
        // Sliding back must free as much as it moves, or a full window would move for every item.
        var slide = _start > Count;
        var (lowest, items) = slide ? (_lowest, _items) : (new StreamEntryId[2 * Count], new T?[2 * Count]);
        Array.Copy(_lowest, _start, lowest, 0, Count);
        Array.Copy(_items, _start, items, 0, Count);
        if (slide)
            Array.Clear(items, Math.Max(Count, _start), _start + Count - Math.Max(Count, _start));
        (_lowest, _items, _start) = (lowest, items, 0);
    }
}
