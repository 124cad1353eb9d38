namespace WorkerStreams.Engine.Model;

/// <summary>How many entries a group has read and has yet to read, by the rules of Redis 8.0: exact where that can be known, else null.</summary>
internal static class Progress
{
    /// <summary>The entries not yet delivered to the group.</summary>
    public static long? Lag(this StreamState stream, GroupState group)
    {
        if (stream.EntriesAdded == 0 || stream.Log.Count == 0)
            return 0;
        var first = stream.Log.FirstId;
        if (group.LastId < first && stream.MaxDeletedId < first)
            return stream.Log.Count;
        if (group.EntriesRead is { } read && !stream.HasTombstoneFrom(group.LastId))
            return stream.EntriesAdded - read;
        return stream.EntriesAdded - stream.CountUpTo(group.LastId);
    }

    /// <summary>The entries read by the group once it is delivered <paramref name="ids"/>, the next entries after its position.</summary>
    public static long? EntriesReadAfter(this StreamState stream, GroupState group, IdRun ids)
    {
        var (read, position) = (group.EntriesRead, group.LastId);
        for (var i = 0; i < ids.Length; i++)
        {
            // Once counting is exact it stays so to the end of the stream.
            if (read is not null && stream.Log.StartsBy(position) && !stream.HasTombstoneFrom(position))
                return read + (ids.Length - i);
            position = ids[i];
            read = stream.CountUpTo(position);
        }
        return read;
    }

    // Whether an entry at or after id may have been deleted, so that counting from there is off.
    private static bool HasTombstoneFrom(this StreamState stream, StreamEntryId id) =>
        stream.Log.Count > 0 && stream.MaxDeletedId != default && id <= stream.MaxDeletedId;

    // The entries ever appended up to id.
    private static long? CountUpTo(this StreamState stream, StreamEntryId id)
    {
        if (stream.EntriesAdded == 0)
            return 0;
        if (stream.Log.Count == 0 && id <= stream.LastId)
            return stream.EntriesAdded;
        if (id != default && id < stream.MaxDeletedId)
            return null;
        if (id == stream.LastId)
            return stream.EntriesAdded;
        var first = stream.Log.FirstId;
        if (id > stream.LastId || (stream.MaxDeletedId != default && stream.MaxDeletedId >= first) || id > first)
            return null;
        return stream.EntriesAdded - stream.Log.Count + (id == first ? 1 : 0);
    }
}
