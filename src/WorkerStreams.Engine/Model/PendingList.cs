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

    private readonly IdDirectory<PendingBlock> _blocks = new();
    private PendingBlock? _tail;
    private PendingBlock? _hintBlock;
    private int _hintIndex;

    public long Count { get; private set; }

    public StreamEntryId FirstId => _blocks[0]!.Ids[_blocks[0]!.Start];

    public StreamEntryId LastId => _tail!.Ids[^1];

    public bool TryFind(StreamEntryId id, out PendingPlace place)
    {
        // Entries are settled mostly in the order of their delivery: the next one is where the last one was.
        if (_hintBlock is { } hinted && hinted.Holds(_hintIndex, id))
        {
            place = new(hinted, _hintIndex);
            return true;
        }
        var position = _blocks.Find(id);
        place = position < 0 ? default : new(_blocks[position]!, _blocks[position]!.IndexOf(id));
        return position >= 0 && place.Block.Holds(place.Index, id);
    }

    /// <summary>Whether an entry of this id would come after all others.</summary>
    public bool IsLast(StreamEntryId id) => _tail is not { } tail || tail.IdAt(tail.End - 1) < id;

    /// <summary>Adds entries of one owner that come after all others, delivered once.</summary>
    public void AddLast(ReadOnlySpan<StreamEntryId> ids, int owner, long deliveredAt)
    {
        Count += ids.Length;
        while (!ids.IsEmpty)
        {
            var tail = _tail is { IsFull: false } open ? open : AddBlock(_blocks.Count, ids[0]);
            var grown = tail.Append(ids, owner, deliveredAt, out var added);
            if (grown != 0)
                meter.Add(grown);
            ids = ids[added..];
        }
    }

    /// <summary>Adds an entry that is not pending.</summary>
    public void Add(StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        Count++;
        if (!IsLast(id))
        {
            Insert(id, owner, deliveredAt, deliveryCount);
            return;
        }
        var tail = _tail is { IsFull: false } open ? open : AddBlock(_blocks.Count, id);
        meter.Add(tail.Append(id, owner, deliveredAt, deliveryCount));
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
        block.Remove(index, count);
        (_hintBlock, _hintIndex) = (block, index + count);
        Count -= count;
        if (block.Live == 0 || (block.Live < MergeBelow && before / TidyEvery != block.Live / TidyEvery))
            Tidy(block, first);
        return count;
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
        var (block, index) = (place.Block, place.Index + 1);
        for (; index < block.End; index++)
        {
            if (block.Owners[index] == PendingBlock.Removed)
                continue;
            place = new(block, index);
            return true;
        }
        return TryGetBlockAfter(block, ref place);
    }

    /// <summary>The next pending entry of <paramref name="owner"/>, from <paramref name="place"/> on.</summary>
    public bool TryGetOwned(int owner, ref PendingPlace place)
    {
        do
        {
            var found = place.Block.Owners[place.Index..].IndexOf(owner);
            if (found < 0)
                continue;
            place = place with { Index = place.Index + found };
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
        Count = 0;
    }

    private bool TryGetBlockAfter(PendingBlock block, ref PendingPlace place)
    {
        var position = _blocks.Find(block.Ids[^1]) + 1;
        if (position == _blocks.Count)
            return false;
        place = new(_blocks[position]!, _blocks[position]!.Start);
        return true;
    }

    private void Insert(StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        var position = Math.Max(_blocks.Find(id), 0);
        var block = _blocks[position]!;
        if (position == 0 && id < block.Ids[block.Start])
            _blocks.SetLowest(0, id);
        var index = block.IndexOf(id);
        if (index < block.End && block.Ids[index] == id)
        {
            block.Revive(index, owner, deliveredAt, deliveryCount);
            return;
        }
        if (block.IsFull)
        {
            block = MakeRoom(position, id);
            index = block.IndexOf(id);
        }
        meter.Add(block.Insert(index, id, owner, deliveredAt, deliveryCount));
    }

    // Returns the block that id belongs into: of a full one, the gaps are closed, or its upper half goes to a block of its own.
    private PendingBlock MakeRoom(int position, StreamEntryId id)
    {
        var block = _blocks[position]!;
        block.Squeeze();
        if (!block.IsFull)
            return block;
        var middle = block.End / 2;
        var separator = block.Ids[middle];
        var upper = AddBlock(position + 1, separator);
        meter.Add(upper.AppendFrom(block, middle));
        block.Truncate(middle);
        return id < separator ? block : upper;
    }

    private PendingBlock AddBlock(int position, StreamEntryId lowest)
    {
        var block = new PendingBlock();
        meter.Add(block.MemoryBytes);
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
        meter.Add(-block.MemoryBytes);
        block.Release();
        _blocks.RemoveAt(position);
        _tail = _blocks.Count > 0 ? _blocks[_blocks.Count - 1] : null;
    }

    // An empty block goes. Those at the ends fill and empty by themselves; in between, a sparse one joins a neighbour where both fit into one.
    private void Tidy(PendingBlock block, StreamEntryId removed)
    {
        var position = _blocks.Find(removed);
        if (block.Live == 0)
            DropBlock(position);
        else if (position > 0 && position < _blocks.Count - 1 && !TryMerge(position - 1))
            TryMerge(position);
    }

    private bool TryMerge(int position)
    {
        var (into, from) = (_blocks[position]!, _blocks[position + 1]!);
        if (into.Live + from.Live > MergedAtMost)
            return false;
        into.Squeeze();
        meter.Add(into.AppendFrom(from, 0));
        DropBlock(position + 1);
        return true;
    }
}

/// <summary>Where a pending entry is. Valid until an entry is added or removed.</summary>
internal readonly record struct PendingPlace(PendingBlock Block, int Index)
{
    public StreamEntryId Id => Block.IdAt(Index);

    public ref int Owner => ref Block.OwnerAt(Index);

    public ref long DeliveredAt => ref Block.DeliveredAt(Index);

    public ref long DeliveryCount => ref Block.DeliveryCountAt(Index);
}
