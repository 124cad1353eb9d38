using System.Runtime.CompilerServices;

namespace WorkerStreams.Engine.Model;

/// <summary>Some of the places of a <see cref="PendingBlock"/>, a bit for each.</summary>
internal struct PlaceSet
{
    private const int BitsPerWord = 64;

    private Words _words;

    public readonly bool Contains(int index) => (_words[index / BitsPerWord] & 1UL << index) != 0;

    public void Add(int index, int count)
    {
        for (var end = index + count; index < end; index++)
            _words[index / BitsPerWord] |= 1UL << index;
    }

    public void Remove(int index, int count)
    {
        for (var end = index + count; index < end; index++)
            _words[index / BitsPerWord] &= ~(1UL << index);
    }

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

    [InlineArray(PendingBlock.Capacity / BitsPerWord)]
    private struct Words
    {
        private ulong _first;
    }
}
