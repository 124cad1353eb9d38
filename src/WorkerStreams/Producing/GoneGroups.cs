using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>
/// Groups that were seen and are not there any more. Their hosts may still hold what was pending, and make the group anew, after a back-off or when the next of their
/// handlers is free; so each holds the stream where it stood, for as long as it takes to be sure that nobody is there.
/// </summary>
internal sealed class GoneGroups(TimeProvider time)
{
    private readonly Dictionary<StreamName, (StreamEntryId First, long? GoneAt)> _seen = [];

    /// <param name="standing">The first entry that each group has not acknowledged, of those that are there.</param>
    /// <returns>The first that one which has gone had not acknowledged.</returns>
    public StreamEntryId Look(IReadOnlyDictionary<StreamName, StreamEntryId> standing)
    {
        var held = StreamEntryId.MaxValue;
        foreach (var (group, (first, goneAt)) in _seen.ToList())
        {
            var since = goneAt ?? time.GetTimestamp();
            if (standing.ContainsKey(group) || time.GetElapsedTime(since) >= Silence.Shortest)
                _seen.Remove(group);
            else
                (_seen[group], held) = ((first, since), first < held ? first : held);
        }
        foreach (var (group, first) in standing)
            _seen[group] = (first, null);
        return held;
    }
}
