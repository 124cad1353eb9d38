using System.Numerics;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Search in ascending ids or keys. Those of a stream are spread evenly more often than not, so the first guess interpolates; where it
/// misses, steps that double lead to a bounded binary search, so that the worst case stays logarithmic.
/// </summary>
internal static class IdSearch
{
    /// <summary>The index of the first id that is not below <paramref name="id"/>, or the length where there is none.</summary>
    public static int LowerBound(ReadOnlySpan<StreamEntryId> ids, StreamEntryId id)
    {
        if (ids.IsEmpty || ids[^1] < id)
            return ids.Length;
        if (id <= ids[0])
            return 0;
        return Search(ids, id, (int)(Share(ids[0], ids[^1], id) * (ids.Length - 1)));
    }

    /// <inheritdoc cref="LowerBound(ReadOnlySpan{StreamEntryId}, StreamEntryId)"/>
    public static int LowerBound(ReadOnlySpan<ulong> keys, ulong key)
    {
        if (keys.IsEmpty || keys[^1] < key)
            return keys.Length;
        if (key <= keys[0])
            return 0;
        return Search(keys, key, (int)((double)(key - keys[0]) / (keys[^1] - keys[0]) * (keys.Length - 1)));
    }

    /// <summary>As <see cref="LowerBound(ReadOnlySpan{ulong}, ulong)"/>, from a guess that the caller has made.</summary>
    public static int LowerBound(ReadOnlySpan<ulong> keys, ulong key, int guess) => keys.IsEmpty ? 0 : Search(keys, key, guess);

    /// <summary>How far an id is on the way from the first to the last, which it is between: from 0 to 1.</summary>
    public static double Share(StreamEntryId first, StreamEntryId last, StreamEntryId id) => first.Milliseconds == last.Milliseconds
        ? (double)(id.Sequence - first.Sequence) / (last.Sequence - first.Sequence)
        : (double)(id.Milliseconds - first.Milliseconds) / (last.Milliseconds - first.Milliseconds);

    private static int Search<T>(ReadOnlySpan<T> items, T item, int guess)
        where T : struct, IComparisonOperators<T, T, bool> => items[guess] < item ? SearchUp(items, item, guess) : SearchDown(items, item, guess);

    // items[low] is below.
    private static int SearchUp<T>(ReadOnlySpan<T> items, T item, int low)
        where T : struct, IComparisonOperators<T, T, bool>
    {
        for (var step = 1; low + step < items.Length; step *= 2)
        {
            if (items[low + step] >= item)
                return Bisect(items, item, low + 1, low + step);
            low += step;
        }
        return Bisect(items, item, low + 1, items.Length);
    }

    // items[high] is not below.
    private static int SearchDown<T>(ReadOnlySpan<T> items, T item, int high)
        where T : struct, IComparisonOperators<T, T, bool>
    {
        for (var step = 1; high >= step; step *= 2)
        {
            if (items[high - step] < item)
                return Bisect(items, item, high - step + 1, high);
            high -= step;
        }
        return Bisect(items, item, 0, high);
    }

    private static int Bisect<T>(ReadOnlySpan<T> items, T item, int low, int high)
        where T : struct, IComparisonOperators<T, T, bool>
    {
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (items[middle] < item)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
