using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <summary>Which entries a trimming takes.</summary>
internal static class Trimming
{
    private const int NodesPerCall = 100;
    private const long MostPerCall = 1_000_000;
    private const int ReferencesAtOnce = 1024;

    /// <summary>The most entries that an append removes by what groups refer to: the next one goes on. Each of them is told.</summary>
    public const long MostWithAppend = 10_000;

    /// <summary>Trims the stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="trim">The trimming.</param>
    /// <param name="limits">How large nodes grow.</param>
    /// <param name="mostTold">The most entries removed by what groups refer to.</param>
    /// <returns>The number of entries removed.</returns>
    public static long Trim(StreamState stream, StreamTrim trim, NodeLimits limits, long mostTold = long.MaxValue)
    {
        if (trim.References == EntryReferences.OnlyAcknowledged && stream.Groups.Count > 0)
            return TrimAcknowledged(stream, trim, limits, mostTold);
        var count = Count(stream.Log, trim, limits);
        if (trim.References == EntryReferences.Delete)
            count = Math.Min(count, mostTold);
        if (count == 0)
            return 0;
        if (trim.References == EntryReferences.Delete)
            DeleteReferences(stream, stream.Log.IdOf(count));
        stream.Trim(count);
        return count;
    }

    /// <summary>The most changes that a trimming tells of one by one: of what goes by what groups refer to.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="trim">The trimming.</param>
    /// <param name="appended">The entries that are appended before.</param>
    /// <param name="most">The most entries that it may remove.</param>
    /// <param name="limits">How large nodes grow.</param>
    public static long MostTold(StreamState stream, StreamTrim trim, long appended, long most, NodeLimits limits)
    {
        if (trim.References == EntryReferences.Keep)
            return 0;
        var over = trim.Strategy == TrimStrategy.MaxLength ? stream.Log.Count + appended - trim.Length : stream.Log.Count + appended;
        var told = Math.Clamp(over, 0, Math.Min(most, trim.Approximate ? LimitOf(trim, limits) : long.MaxValue));
        return trim.References == EntryReferences.Delete ? stream.MostPending(told) : told;
    }

    /// <summary>The number of oldest entries that <paramref name="trim"/> removes.</summary>
    private static long Count(EntryLog log, StreamTrim trim, NodeLimits limits)
    {
        var byLength = trim.Strategy == TrimStrategy.MaxLength;
        // What goes by references takes single entries, though it is approximate.
        var isByNode = trim is { Approximate: true, References: EntryReferences.Keep };
        if (byLength && log.Count - (isByNode ? log.FirstNodeCount : 1) < trim.Length)
            return 0;
        if (isByNode)
            return WholeNodes(log, trim, byLength, limits);
        var count = byLength ? log.Count - trim.Length : log.CountBelow(trim.Id);
        return trim.Approximate ? UpToLimit(log, count, LimitOf(trim, limits)) : count;
    }

    private static long WholeNodes(EntryLog log, StreamTrim trim, bool byLength, NodeLimits limits)
    {
        var (limit, removed) = (LimitOf(trim, limits), 0L);
        for (var place = log.Start; log.TryGetChunk(ref place, out var chunk); place = place.NextChunk)
        {
            var after = removed + chunk.Live;
            if (after > limit || (byLength ? log.Count - after < trim.Length : chunk.LastId >= trim.Id))
                break;
            removed = after;
        }
        return removed;
    }

    // So many of the oldest, as long as there is a whole node left of the limit.
    private static long UpToLimit(EntryLog log, long count, long limit)
    {
        var removed = 0L;
        for (var place = log.Start; removed < count && log.TryGetChunk(ref place, out var chunk) && removed + chunk.Live <= limit; place = place.NextChunk)
            removed = Math.Min(removed + chunk.Live, count);
        return removed;
    }

    // Node by node, for what is removed changes the node.
    private static long TrimAcknowledged(StreamState stream, StreamTrim trim, NodeLimits limits, long mostTold)
    {
        var (log, byLength) = (stream.Log, trim.Strategy == TrimStrategy.MaxLength);
        var (limit, removed, start) = (LimitOf(trim, limits), 0L, StreamEntryId.MinValue);
        // What is after the first group's position is not delivered to that one.
        var last = stream.Groups.Min(static group => group.LastId);
        if (!byLength)
            last = !trim.Id.TryDecrement(out var below) ? default : below < last ? below : last;
        List<StreamEntryId> acknowledged = [];
        for (var more = true; more && removed < mostTold && !(byLength && log.Count <= trim.Length);)
        {
            var place = log.From(start);
            if (!log.TryGetChunk(ref place, out var chunk) || chunk.FirstId > last)
                break;
            if (trim.Approximate && removed + chunk.Live > limit)
                break;
            more = chunk.LastId.TryIncrement(out start);
            Collect(stream, place, chunk.LastId < last ? chunk.LastId : last, acknowledged);
            var count = (int)Math.Min(acknowledged.Count, Math.Min(mostTold - removed, byLength ? log.Count - trim.Length : long.MaxValue));
            // Mostly all that is oldest is acknowledged.
            if (count == chunk.Live && chunk.FirstId == log.FirstId)
                stream.Trim(count);
            else
                acknowledged[..count].ForEach(stream.TrimOut);
            removed += count;
        }
        return removed;
    }

    // The entries from a place on that no group refers to.
    private static void Collect(StreamState stream, EntryPlace place, StreamEntryId last, List<StreamEntryId> ids)
    {
        ids.Clear();
        while (stream.Log.TryGetRun(ref place, last, int.MaxValue, out var chunk, out var run))
        {
            var found = chunk.Ids(run);
            for (var i = 0; i < found.Length; i++)
            {
                if (!stream.IsReferenced(found[i]))
                    ids.Add(found[i]);
            }
        }
    }

    // Of the entries up to one. Those that went before stay pending.
    private static void DeleteReferences(StreamState stream, StreamEntryId last)
    {
        List<StreamEntryId> ids = [];
        foreach (var group in stream.Groups)
        {
            var start = StreamEntryId.MinValue;
            do
            {
                ids.Clear();
                var more = group.Pending.TryGetFrom(start, out var place);
                for (; more && place.Id <= last && ids.Count < ReferencesAtOnce; more = group.Pending.TryGetNext(ref place))
                {
                    start = place.Id;
                    if (stream.Log.TryFind(start, out _, out _))
                        ids.Add(start);
                }
                group.Acknowledge(CollectionsMarshal.AsSpan(ids));
            }
            while (ids.Count == ReferencesAtOnce);
        }
    }

    private static long LimitOf(StreamTrim trim, NodeLimits limits) => trim.Limit switch
    {
        null => Math.Min((long)NodesPerCall * limits.MaxEntries, MostPerCall),
        0 => long.MaxValue,
        { } given => given,
    };
}
