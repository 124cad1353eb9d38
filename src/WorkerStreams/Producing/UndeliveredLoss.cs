using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>
/// What of the entries that one group was yet to be delivered trimming has taken, by the figures of each round: told once, and only where it is certain. Entries that
/// somebody has deleted do not count, nor does what was gone before the group was made.
/// </summary>
internal sealed class UndeliveredLoss
{
    private StreamEntryId _position;
    private StreamEntryId _lastId;

    // By the engine's counters: the entries that the group was passed by, up to where it stood then. Before Redis 8.0 these stay uncounted for ever.
    private Counted? _counted;

    // By what was there: an entry that the group was to be delivered next, and how many were appended before it where that is known.
    private (StreamEntryId Id, long? Before)? _next;

    /// <summary>Whether <see cref="HasNext"/> is to tell the first entry after the group's position.</summary>
    public bool WantsNext { get; private set; }

    /// <param name="stream">The stream.</param>
    /// <param name="group">The group, asked for after the stream.</param>
    /// <returns>The entries lost since the last look, and whether that is their number or only the least of it.</returns>
    public (long Count, bool IsExact) Look(StreamInfo stream, GroupInfo group)
    {
        // Set back or made anew: what was seen of it says nothing any more.
        if (group.LastDeliveredId < _position || stream.LastGeneratedId < _lastId)
            (_counted, _next) = (null, null);
        (_position, _lastId) = (group.LastDeliveredId, stream.LastGeneratedId);
        var first = stream.Length > 0 ? stream.RecordedFirstEntryId : stream.LastGeneratedId.TryIncrement(out var next) ? next : StreamEntryId.MaxValue;
        var (byNext, isExact) = ByNext(stream, group, first);
        var byCount = ByCount(stream, group, first);
        return byCount >= byNext ? (byCount, true) : (byNext, isExact);
    }

    /// <summary>The first entry after the group's position, of which the last look did not tell.</summary>
    public void HasNext(StreamEntryId id) => _next = (id, null);

    private (long Count, bool IsExact) ByNext(StreamInfo stream, GroupInfo group, StreamEntryId first)
    {
        // Redis 6.2 counts nothing, so that the entries added are those that are there, and it does not tell what was deleted.
        var gone = stream.EntriesAdded - stream.Length;
        var passed = _next is { } awaited && group.LastDeliveredId < awaited.Id && awaited.Id < first && stream.MaxDeletedEntryId < awaited.Id && gone > 0
            ? (awaited.Before is { } before ? gone - before : 1, awaited.Before is not null)
            : default;
        var isBefore = group.LastDeliveredId < first;
        _next = isBefore && stream.Length > 0 ? (first, stream.MaxDeletedEntryId < first ? gone : null) : null;
        WantsNext = !isBefore && group.LastDeliveredId < stream.LastGeneratedId;
        return passed;
    }

    private long ByCount(StreamInfo stream, GroupInfo group, StreamEntryId first)
    {
        var at = group.LastDeliveredId;
        // What is deleted before it is delivered upsets the counter.
        if (group.EntriesRead is not { } read || stream.MaxDeletedEntryId > (_counted?.At ?? at))
        {
            _counted = null;
            return 0;
        }
        var unread = stream.EntriesAdded - read;
        if (at >= first && at != stream.LastGeneratedId)
        {
            // It may have read what was appended after the stream was asked for.
            if (at < stream.LastGeneratedId)
                _counted ??= new(unread, at, IsBound: true);
            return 0;
        }
        var passed = at < first ? unread - stream.Length : unread;
        // Redis 8.0 counts anew when a group reads on, so that it was passed by nothing but what stands before it now.
        var countsAnew = group.Lag < unread;
        var before = countsAnew ? _counted is { IsBound: false } same && same.At == at ? same.Passed : 0 : _counted?.Passed ?? passed;
        _counted = new(passed, at, IsBound: false);
        return Math.Max(0, passed - before);
    }

    /// <param name="Passed">The entries.</param>
    /// <param name="At">The group's position.</param>
    /// <param name="IsBound">Whether it may be fewer, for where the group stood among the entries was not known.</param>
    private sealed record Counted(long Passed, StreamEntryId At, bool IsBound);
}
