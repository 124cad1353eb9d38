namespace WorkerStreams.Engine.Model;

/// <summary>How much a trimming takes: the decision, apart from the removal.</summary>
internal static class Trimming
{
    private const int NodesPerCall = 100;
    private const long MostPerCall = 1_000_000;

    /// <summary>The number of oldest entries that <paramref name="trim"/> removes.</summary>
    public static long Count(EntryLog log, StreamTrim trim, NodeLimits limits)
    {
        var byLength = trim.Strategy == TrimStrategy.MaxLength;
        if (byLength && log.Count - (trim.Approximate ? log.FirstNodeCount : 1) < trim.Length)
            return 0;
        if (trim.Approximate)
            return WholeNodes(log, trim, byLength, limits);
        return byLength ? log.Count - trim.Length : log.CountBelow(trim.Id);
    }

    private static long WholeNodes(EntryLog log, StreamTrim trim, bool byLength, NodeLimits limits)
    {
        var limit = trim.Limit switch
        {
            null => Math.Min((long)NodesPerCall * limits.MaxEntries, MostPerCall),
            0 => long.MaxValue,
            { } given => given,
        };
        var removed = 0L;
        for (var place = log.Start; log.TryGetChunk(ref place, out var chunk); place = place.NextChunk)
        {
            var after = removed + chunk.Live;
            if (after > limit || (byLength ? log.Count - after < trim.Length : chunk.LastId >= trim.Id))
                break;
            removed = after;
        }
        return removed;
    }
}
