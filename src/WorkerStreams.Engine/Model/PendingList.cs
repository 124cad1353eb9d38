namespace WorkerStreams.Engine.Model;

/// <summary>
/// A group's pending entries (Redis's PEL): delivered and not acknowledged, in the order of their ids. Blocks under a directory, as a
/// B-tree of two levels; entries mostly come last and go first, and are looked up where the one before was.
/// </summary>
internal sealed class PendingList(MemoryMeter meter)
{
    private const int MergeBelow = PendingBlock.Capacity / 4;
    private const int MergedAtMost = PendingBlock.Capacity * 3 / 4;

    private readonly IdDirectory<PendingBlock> _blocks = new();
    private PendingBlock? _tail;
    private long _hintBlock;
    private int _hintIndex;

    public long Count { get; private set; }

    public StreamEntryId FirstId => _blocks[0]!.Ids[_blocks[0]!.Start];

    public StreamEntryId LastId => _tail!.Ids[^1];

    public bool TryFind(StreamEntryId id, out PendingPlace place)
    {
        if (_blocks.ByNumber(_hintBlock) is { } hinted && _hintIndex >= hinted.Start && _hintIndex < hinted.End && hinted.Ids[_hintIndex] == id)
        {
            place = new(hinted, _hintIndex, _hintBlock);
            return hinted.Owners[_hintIndex] != PendingBlock.Removed;
        }
        var number = _blocks.FirstNumber + _blocks.Find(id);
        if (_blocks.ByNumber(number) is not { } block)
        {
            place = default;
            return false;
        }
        place = new(block, block.IndexOf(id), number);
        return place.Index < block.End && block.Ids[place.Index] == id && block.Owners[place.Index] != PendingBlock.Removed;
    }

    /// <summary>Adds an entry that is not pending.</summary>
    public void Add(StreamEntryId id, int owner, long deliveredAt, long deliveryCount)
    {
        Count++;
        if (_tail is not { IsFull: false } tail || tail.Ids[^1] >= id)
        {
            if (_tail is not null && _tail.Ids[^1] >= id)
            {
                Insert(id, owner, deliveredAt, deliveryCount);
                return;
            }
            tail = AddBlock(_blocks.Count, id);
        }
        var grown = tail.Append(id, owner, deliveredAt, deliveryCount);
        if (grown != 0)
            meter.Add(grown);
    }

    public void Remove(in PendingPlace place)
    {
        var block = place.Block;
        Count--;
        block.Remove(place.Index);
        (_hintBlock, _hintIndex) = place.Index + 1 < block.End ? (place.BlockNumber, place.Index + 1) : NextBlock(place.BlockNumber);
        if (block.Live == 0)
            DropBlock((int)(place.BlockNumber - _blocks.FirstNumber));
        else if (block.Live < MergeBelow && block.Live % (MergeBelow / 8) == 0)
            MergeSparse((int)(place.BlockNumber - _blocks.FirstNumber));
    }

    /// <summary>The place of the first pending entry that is not below <paramref name="id"/>.</summary>
    public bool TryGetFrom(StreamEntryId id, out PendingPlace place)
    {
        var number = _blocks.FirstNumber + Math.Max(_blocks.Find(id), 0);
        place = _blocks.ByNumber(number) is { } block ? new(block, block.IndexOf(id) - 1, number) : default;
        return place.Block is not null && TryGetNext(ref place);
    }

    /// <summary>The next pending entry. Entries may be changed on the way, but not added or removed.</summary>
    public bool TryGetNext(ref PendingPlace place)
    {
        for (var (block, index, number) = (place.Block, place.Index + 1, place.BlockNumber); ;)
        {
            for (; index < block.End; index++)
            {
                if (block.Owners[index] == PendingBlock.Removed)
                    continue;
                place = new(block, index, number);
                return true;
            }
            if (_blocks.ByNumber(++number) is not { } next)
                return false;
            (block, index) = (next, next.Start);
        }
    }

    /// <summary>The next pending entry of <paramref name="owner"/>, from <paramref name="place"/> on.</summary>
    public bool TryGetOwned(int owner, ref PendingPlace place)
    {
        for (var (block, index, number) = (place.Block, place.Index, place.BlockNumber); ;)
        {
            var found = block.Owners[index..].IndexOf(owner);
            if (found >= 0)
            {
                place = new(block, index + found, number);
                return true;
            }
            if (_blocks.ByNumber(++number) is not { } next)
                return false;
            (block, index) = (next, next.Start);
        }
    }

    /// <summary>Removes every entry.</summary>
    public void Clear()
    {
        while (_blocks.Count > 0)
            DropBlock(0);
        Count = 0;
    }

    private (long Number, int Index) NextBlock(long number) => (number + 1, _blocks.ByNumber(number + 1)?.Start ?? 0);

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

    // Blocks at the ends fill and empty by themselves; in between, a sparse one joins the next where both fit into one.
    private void MergeSparse(int position)
    {
        if (position == 0 || position == _blocks.Count - 1)
            return;
        var lower = _blocks[position - 1]!.Live + _blocks[position]!.Live <= MergedAtMost ? position - 1 : position;
        var (into, from) = (_blocks[lower]!, _blocks[lower + 1]!);
        if (into.Live + from.Live > MergedAtMost)
            return;
        into.Squeeze();
        meter.Add(into.AppendFrom(from, 0));
        DropBlock(lower + 1);
    }
}

/// <summary>Where a pending entry is. Valid until an entry is added or removed.</summary>
internal readonly record struct PendingPlace(PendingBlock Block, int Index, long BlockNumber)
{
    public StreamEntryId Id => Block.Ids[Index];

    public ref int Owner => ref Block.OwnerAt(Index);

    public ref long DeliveredAt => ref Block.DeliveredAt(Index);

    public ref long DeliveryCount => ref Block.DeliveryCountAt(Index);
}
