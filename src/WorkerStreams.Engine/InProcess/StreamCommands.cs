using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XRANGE, XREVRANGE, XLEN, XDEL, XTRIM, XSETID and DEL.</summary>
internal static class StreamCommands
{
    public static long Length(Shard shard, StreamName name) => shard.TryGet(name, out var stream) ? stream.Log.Count : 0;

    public static EntryBatch Range(Shard shard, StreamName name, RangeBound start, RangeBound end, int? count, bool reverse)
    {
        var (first, last) = (start.First(), end.Last());
        if (count <= 0 || !shard.TryGet(name, out var stream) || stream.Log.Count == 0 || first > last)
            return EntryBatch.Empty;
        var reply = new ReplyWriter(count, null);
        reply.BeginStream(name, stream.Log.Count);
        if (reverse)
            reply.AddBackwards(stream.Log, stream.Log.After(last, default), first);
        else
            reply.AddFrom(stream.Log, stream.Log.From(first), last);
        return reply.Build();
    }

    public static long Delete(Shard shard, StreamName name, ReadOnlySpan<StreamEntryId> ids)
    {
        if (!shard.TryGet(name, out var stream))
            return 0;
        var deleted = 0L;
        foreach (var id in ids)
            deleted += stream.Delete(id) ? 1 : 0;
        shard.Changes += deleted;
        return deleted;
    }

    public static long Trim(Shard shard, StreamName name, StreamTrim trim)
    {
        var removed = shard.TryGet(name, out var stream) ? Trimming.Trim(stream, trim, shard.Store.Limits) : 0;
        shard.Changes += removed;
        return removed;
    }

    public static bool DeleteStream(Shard shard, StreamName name)
    {
        if (!shard.TryGet(name, out var stream))
            return false;
        shard.Remove(stream);
        shard.Changes++;
        shard.FailWaiters(name, null);
        return true;
    }

    public static void SetId(Shard shard, StreamName name, StreamEntryId lastId, long? entriesAdded, StreamEntryId? maxDeletedId)
    {
        if (entriesAdded < 0)
            throw StreamEngineException.InvalidArgument("entries_added must be positive");
        if (lastId < maxDeletedId)
            throw Errors.SetIdTooSmall("the provided max_deleted_entry_id");
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        if (lastId < stream.MaxDeletedId)
            throw Errors.SetIdTooSmall("current max_deleted_entry_id");
        if (stream.Log.Count > 0 && lastId < stream.Log.LastId)
            throw Errors.SetIdTooSmall("the target stream top item");
        if (entriesAdded < stream.Log.Count)
            throw StreamEngineException.InvalidArgument("The entries_added specified in XSETID is smaller than the target stream length");
        var maxDeleted = maxDeletedId is { } given && given != default ? given : stream.MaxDeletedId;
        stream.SetIds(lastId, entriesAdded ?? stream.EntriesAdded, maxDeleted);
        shard.Changes++;
    }
}
