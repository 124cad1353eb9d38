namespace WorkerStreams.Engine.Model;

/// <summary>
/// A group's pending entries (Redis's PEL): delivered and not acknowledged, in the order of their ids. Blocks under a directory, as a
/// B-tree of two levels; entries mostly come last and go first, and are looked up where the one before was.
/// </summary>
internal sealed class PendingList(MemoryMeter meter)
{
    private const int MergeBelow = PendingBlock.Capacity / 4;
    private const int TidyEvery = PendingBlock.Capacity / 32;
    private const int MergedAtMost = PendingBlock.Capacity * 3 / 4;

    // So many blocks are near in the caches all the time.
    private const int FewBlocks = 8;
    private const int MostAhead = 32;

    private readonly IdDirectory<PendingBlock> _blocks = new();
    private PendingBlock? _tail;
    private PendingBlock? _spare;
    private PendingBlock? _hintBlock;
    private int _hintIndex;

    // Where the next entries to be settled were found ahead of time, and which of them is next; only hints, as the one above.
    private readonly PendingPlace[] _ahead = new PendingPlace[MostAhead];
    private int _aheadCount;
    private int _nextAhead;

    public long Count { get; private set; }

    public StreamEntryId FirstId => _blocks[0]!.FirstId;

    public StreamEntryId LastId => _tail!.LastId;

    public bool TryFind(StreamEntryId id, out PendingPlace place)
    {
        // Entries are settled mostly in the order of their delivery: the next one is where the last one was.
        if (_hintBlock is { } hinted && hinted.Holds(_hintIndex, id))
        {
            place = new(hinted, _hintIndex);
            _nextAhead++;
            return true;
        }
        if (_nextAhead < _aheadCount)
        {
            place = _ahead[_nextAhead++];
            if (place.Block is { } block && block.Holds(place.Index, id))
                return true;
        }
        var position = _blocks.Find(id);
        place = position < 0 ? default : new(_blocks[position]!, _blocks[position]!.IndexOf(id));
        return position >= 0 && place.Block.Holds(place.Index, id);
    }

    /// <summary>
    /// The entries from <paramref name="start"/> on will be looked for next, in this order. Finding several at once overlaps the waits for memory,
    /// which are most of the time it takes where entries are settled in no order.
    /// </summary>
    /// <returns>The index after those that were found ahead.</returns>
    public int FetchAhead(ReadOnlySpan<StreamEntryId> ids, int start)
    {
        var end = Math.Min(start + MostAhead, ids.Length);
        (_aheadCount, _nextAhead) = (0, 0);
        if (_blocks.Count > FewBlocks && !(_hintBlock is { } hinted && hinted.Holds(_hintIndex, ids[start])))
            FindAhead(ids[start..end]);
        return end;
    }

    /// <summary>Whether an entry of this id would come after all others.</summary>
    public bool IsLast(StreamEntryId id) => _tail is not { } tail || tail.LastId < id;

    /// <summary>Adds entries of one owner that come after all others, delivered once.</summary>
    public void AddLast(IdRun ids, int owner, long deliveredAt)
    {
        var delivery = new Delivery(deliveredAt, 1, owner);
        Count += ids.Length;
        while (ids.Length > 0)
        {
            ids = ids.From(TailFor(ids[0]).Append(ids, delivery));
        }
    }

    /// <summary>Adds an entry that is not pending.</summary>
    public void Add(StreamEntryId id, in Delivery delivery)
    {
        Count++;
        if (!IsLast(id))
        {
            Insert(id, delivery);
            return;
        }
        TailFor(id).Append(id, delivery);
    }

    /// <summary>Removes the entry at <paramref name="place"/>, and those after it as long as they are next in <paramref name="ids"/> and of one owner.</summary>
    /// <param name="place">The place of the first of <paramref name="ids"/>.</param>
    /// <param name="ids">The entries, at least one.</param>
    /// <returns>How many were removed.</returns>
    public int Remove(in PendingPlace place, ReadOnlySpan<StreamEntryId> ids)
    {
        var (block, index) = (place.Block, place.Index);
        var (before, first) = (block.Live, block.IdAt(index));
        var count = ids.Length > 1 && block.Holds(index + 1, ids[1]) ? block.RunLength(index, ids) : 1;
        (_hintBlock, _hintIndex) = (block, index + count);
        if (count > 1)
            FetchNext(block, index + count, count);
        block.Remove(index, count);
        _nextAhead += count - 1;
        Count -= count;
        if (block.Live == 0 || (block.Live < MergeBelow && before / TidyEvery != block.Live / TidyEvery))
            Tidy(block, first);
        return count;
    }

    private void FindAhead(ReadOnlySpan<StreamEntryId> ids)
    {
        Span<int> positions = stackalloc int[MostAhead];
        Span<double> shares = stackalloc double[MostAhead];
        _blocks.Find(ids, positions);
        for (var i = 0; i < ids.Length; i++)
        {
            var position = Math.Max(positions[i], 0);
            _blocks.FetchAhead(position);
            shares[i] = _blocks.ShareOf(ids[i], position);
            _ahead[i] = new(_blocks[position]!, 0);
        }
        for (var i = 0; i < ids.Length; i++)
            _ahead[i].Block.FetchAhead(shares[i]);
        for (var i = 0; i < ids.Length; i++)
            _ahead[i] = _ahead[i] with { Index = _ahead[i].Block.IndexOf(ids[i], shares[i]) };
        _aheadCount = ids.Length;
    }

    // Entries settled in order go on in order, from this place on.
    private void FetchNext(PendingBlock block, int index, int count)
    {
        var rest = block.End - index;
        block.FetchAhead(index, Math.Min(count, rest));
        if (rest >= count)
            return;
        var position = PositionOf(block, block.FirstId) + 1;
        if (position == _blocks.Count)
            return;
        var next = _blocks[position]!;
        next.FetchAhead(next.Start, Math.Min(count, next.End - next.Start));
        _blocks.FetchAhead(position + 1);
        if (rest == 0)
            (_hintBlock, _hintIndex) = (next, next.Start);
    }

    /// <summary>The place of the first pending entry that is not below <paramref name="id"/>.</summary>
    public bool TryGetFrom(StreamEntryId id, out PendingPlace place)
    {
        place = default;
        if (Count == 0)
            return false;
        var block = _blocks[Math.Max(_blocks.Find(id), 0)]!;
        place = new(block, block.IndexOf(id) - 1);
        return TryGetNext(ref place);
    }

    /// <summary>The next pending entry. Entries may be changed on the way, but not added or removed.</summary>
    public bool TryGetNext(ref PendingPlace place)
    {
        var (block, index) = (place.Block, place.Block.SkipRemoved(place.Index + 1));
        if (index == block.End)
            return TryGetBlockAfter(block, ref place);
        place = new(block, index);
        return true;
    }

    /// <summary>The next pending entry of <paramref name="owner"/>, from <paramref name="place"/> on.</summary>
    public bool TryGetOwned(int owner, ref PendingPlace place)
    {
        do
        {
            var found = place.Block.SkipOthers(place.Index, owner);
            if (found == place.Block.End)
                continue;
            place = place with { Index = found };
            return true;
        }
        while (TryGetBlockAfter(place.Block, ref place));
        return false;
    }

    /// <summary>Removes every entry.</summary>
    public void Clear()
    {
        while (_blocks.Count > 0)
            DropBlock(0);
        DropSpare();
        Count = 0;
    }

    private bool TryGetBlockAfter(PendingBlock block, ref PendingPlace place)
    {
        var position = _blocks.Find(block.LastId) + 1;
        if (position == _blocks.Count)
            return false;
        place = new(_blocks[position]!, _blocks[position]!.Start);
        return true;
    }

    private void Insert(StreamEntryId id, in Delivery delivery)
    {
        var position = Math.Max(_blocks.Find(id), 0);
        var block = _blocks[position]!;
        var index = block.IndexOf(id);
        if (index < block.End && block.IdAt(index) == id)
        {
            block.Revive(index, delivery);
            return;
        }
        if (block.IsFull || !block.IsNear(id))
        {
            block = MakeRoom(position, id);
            index = block.IndexOf(id);
        }
        if (id < _blocks.LowestOf(0))
            _blocks.SetLowest(0, id);
        block.Insert(index, id, delivery);
    }

    // The block that id belongs into, if the one at position is full or too far away.
    private PendingBlock MakeRoom(int position, StreamEntryId id)
    {
        var block = _blocks[position]!;
        if (!block.IsNear(id))
        {
            var index = block.IndexOf(id);
            if (index == block.Start)
            {
                // It may have begun below id.
                _blocks.SetLowest(position, block.FirstId);
                return AddBlock(position, id, new(id, meter));
            }
            if (index < block.End)
                Split(position, index);
            return AddBlock(position + 1, id, new(id, meter));
        }
        block.Squeeze();
        if (!block.IsFull)
            return block;
        var upper = Split(position, block.End / 2);
        return id < upper.FirstId ? block : upper;
    }

    private PendingBlock Split(int position, int index)
    {
        var upper = _blocks[position]!.SplitAt(index);
        return AddBlock(position + 1, upper.FirstId, upper);
    }

    // The last block, for an entry that comes after all others.
    private PendingBlock TailFor(StreamEntryId id)
    {
        if (_tail is { IsFull: false } tail && tail.IsNear(id))
            return tail;
        // What follows a full block will be full as well.
        var block = _spare ?? new(id, meter, large: _tail is { IsFull: true });
        _spare?.Reuse(id);
        _spare = null;
        return AddBlock(_blocks.Count, id, block);
    }

    private PendingBlock AddBlock(int position, StreamEntryId lowest, PendingBlock block)
    {
        if (position < _blocks.Count)
            _blocks.Insert(position, lowest, block);
        else
        {
            _blocks.Add(lowest, block);
            _tail = block;
        }
        return block;
    }

    private void DropBlock(int position)
    {
        var block = _blocks[position]!;
        _blocks.RemoveAt(position);
        // Where entries go first as fast as they come last, a block is needed as often as one is not.
        if (_spare is null && block.IsReusable)
        {
            block.Clear();
            _spare = block;
        }
        else
            block.Release();
        // And where little is pending, all of it is acknowledged again and again.
        if (_blocks.Count == 0 && _spare is { IsSmall: false })
            DropSpare();
        _tail = _blocks.Count > 0 ? _blocks[_blocks.Count - 1] : null;
    }

    private void DropSpare()
    {
        _spare?.Release();
        _spare = null;
    }

    // An empty block goes. Those at the ends fill and empty by themselves; in between, a sparse one joins a neighbour where both fit into one.
    private void Tidy(PendingBlock block, StreamEntryId removed)
    {
        var position = PositionOf(block, removed);
        if (block.Live == 0)
            DropBlock(position);
        else if (position > 0 && position < _blocks.Count - 1 && !TryMerge(position - 1))
            TryMerge(position);
    }

    // Mostly it is the first.
    private int PositionOf(PendingBlock block, StreamEntryId id) => _blocks[0] == block ? 0 : _blocks.Find(id);

    private bool TryMerge(int position)
    {
        var (into, from) = (_blocks[position]!, _blocks[position + 1]!);
        if (into.Live + from.Live > MergedAtMost || !into.IsNearAll(from))
            return false;
        into.Squeeze();
        into.AppendAll(from);
        DropBlock(position + 1);
        return true;
    }
}

/// <summary>Where a pending entry is. Valid until an entry is added or removed.</summary>
internal readonly record struct PendingPlace(PendingBlock Block, int Index)
{
    public StreamEntryId Id => Block.IdAt(Index);

    public int Owner => Block.OwnerAt(Index);

    public Delivery Delivery => Block.DeliveryAt(Index);
}
