namespace WorkerStreams.Engine.Model;

/// <summary>
/// Search in ascending ids. Ids of a stream are spread evenly more often than not, so the first guess interpolates; where it
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
        var guess = Interpolate(ids, id);
        return ids[guess] < id ? SearchUp(ids, id, guess) : SearchDown(ids, id, guess);
    }

    // The first id is below, the last one is not.
    private static int Interpolate(ReadOnlySpan<StreamEntryId> ids, StreamEntryId id)
    {
        var (first, last) = (ids[0], ids[^1]);
        var share = first.Milliseconds == last.Milliseconds
            ? (double)(id.Sequence - first.Sequence) / (last.Sequence - first.Sequence)
            : (double)(id.Milliseconds - first.Milliseconds) / (last.Milliseconds - first.Milliseconds);
        return Math.Min((int)(share * (ids.Length - 1)), ids.Length - 1);
    }

    // ids[low] is below.
    private static int SearchUp(ReadOnlySpan<StreamEntryId> ids, StreamEntryId id, int low)
    {
        for (var step = 1; ; step *= 2)
        {
            var high = Math.Min(low + step, ids.Length - 1);
            if (ids[high] >= id)
                return Bisect(ids, id, low + 1, high);
            low = high;
        }
    }

    // ids[high] is not below.
    private static int SearchDown(ReadOnlySpan<StreamEntryId> ids, StreamEntryId id, int high)
    {
        for (var step = 1; ; step *= 2)
        {
            var low = Math.Max(high - step, 0);
            if (ids[low] < id)
                return Bisect(ids, id, low + 1, high);
            high = low;
        }
    }

    private static int Bisect(ReadOnlySpan<StreamEntryId> ids, StreamEntryId id, int low, int high)
    {
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ids[middle] < id)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
