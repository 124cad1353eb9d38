namespace WorkerStreams.Engine.Model;

/// <summary>Some of the places of a <see cref="PendingBlock"/>, a bit for each. Apart from the block, for most never have any.</summary>
internal struct PlaceSet
{
    private const int BitsPerWord = 64;

    private ulong[]? _words;

    public readonly bool Contains(int index) => _words is { } words && (words[index / BitsPerWord] & 1UL << index) != 0;

    public void Add(int index, int count)
    {
        _words ??= new ulong[PendingBlock.Capacity / BitsPerWord];
        for (var end = index + count; index < end; index++)
            _words[index / BitsPerWord] |= 1UL << index;
    }

    public readonly void Remove(int index, int count)
    {
        if (_words is null)
            return;
        for (var end = index + count; index < end; index++)
            _words[index / BitsPerWord] &= ~(1UL << index);
    }

    public readonly void Clear() => _words.AsSpan().Clear();

    /// <summary>The places from <paramref name="index"/> to <paramref name="end"/> move up by one, and leave that place out.</summary>
    public void Shift(int index, int end)
    {
        for (; end > index; end--)
        {
            if (Contains(end - 1))
                Add(end, 1);
            else
                Remove(end, 1);
        }
        Remove(index, 1);
    }
}
