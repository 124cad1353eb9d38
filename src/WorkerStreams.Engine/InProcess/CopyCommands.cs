using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>RENAME, COPY and RESTORE: a stream is made again, and told of in one record.</summary>
internal static class CopyCommands
{
    // A record is written in memory first.
    private const long MostBytes = 1L << 30;

    /// <param name="store">All streams.</param>
    /// <param name="source">The stream.</param>
    /// <param name="destination">Its other name.</param>
    /// <param name="replaces">Whether a stream of that name goes first.</param>
    /// <param name="removes">Whether the source goes.</param>
    /// <returns>False where there is one of that name that does not go.</returns>
    public static ValueTask<bool> CopyAsync(StreamStore store, StreamName source, StreamName destination, bool replaces, bool removes)
    {
        var (from, to) = (store.ShardOf(source), store.ShardOf(destination));
        bool done;
        try
        {
            while (!TryCopy(store, source, destination, replaces, removes, out done))
            {
                // It has grown meanwhile.
            }
        }
        catch (StreamEngineException refusal)
        {
            return store.FailAsync<bool>(Math.Max(from.LastSequence, to.LastSequence), refusal);
        }
        store.ServeHeld();
        return store.AnswerAsync(Math.Max(from.LastSequence, to.LastSequence), done);
    }

    /// <summary>Makes a stream of which nobody knows yet one of the store's.</summary>
    /// <returns>False where there is one of that name that does not go.</returns>
    public static bool Restore(Shard shard, StreamState stream, StreamName name, bool replaces)
    {
        shard.TryGet(name, out var there);
        if (there is not null && !replaces)
            return false;
        if (shard.Store.CheckMemory(shard, stream.Log.FieldBytes) is { } refusal)
            throw refusal;
        if (there is not null)
            shard.Remove(there);
        Copy(stream, shard, name);
        shard.Changes++;
        shard.HoldWaiters(name);
        return true;
    }

    /// <summary>How much it changes to make all of a stream again.</summary>
    /// <exception cref="StreamEngineException">It is too large.</exception>
    public static ExpectedChange Measure(StreamState stream)
    {
        var ids = 1 + stream.Log.Count + (stream.Idempotency?.Count ?? 0) + stream.Groups.Sum(static group => 4 + group.Pending.Count + (4L * group.Consumers.Count));
        var names = stream.Groups.Sum(static group => group.Name.Bytes.Length + group.Consumers.Sum(static consumer => (long)consumer.Name.Bytes.Length + (consumer.Hold?.Holder.Bytes.Length ?? 0)));
        var change = new ExpectedChange(ids, stream.Log.FieldBytes, BringsEntries: true, names + (stream.Idempotency?.NameBytes ?? 0));
        return change.RecordBytes <= MostBytes ? change : throw Errors.TooLargeToCopy(stream.Name, change.RecordBytes, MostBytes);
    }

    private static StreamState Copy(StreamState source, Shard shard, StreamName name)
    {
        var copy = shard.Create(name);
        var place = source.Log.Start;
        while (source.Log.TryGetRun(ref place, StreamEntryId.MaxValue, int.MaxValue, out var chunk, out var run))
        {
            for (var i = run.Start.Value; i < run.End.Value; i++)
                copy.Append(chunk.IdAt(i), chunk.FieldsAt(i).Encoded);
        }
        copy.SetIds(source.LastId, source.EntriesAdded, source.MaxDeletedId);
        if (source.Idempotency is { } appends)
            Copy(appends, copy);
        else
            copy.SetIdempotency(source.IdempotencyLimits);
        foreach (var group in source.Groups)
            Copy(group, copy.AddGroup(group.Name, shard.Store.NextNumber(), group.LastId, group.EntriesRead));
        return copy;
    }

    private static bool TryCopy(StreamStore store, StreamName source, StreamName destination, bool replaces, bool removes, out bool done)
    {
        var expected = Measure(store.ShardOf(source), source).Naming(destination);
        var reserved = store.Journal is null ? 0 : store.Reserve(expected);
        using var locks = store.Enter([new(source, default), new(destination, default)]);
        var (from, to) = (store.ShardOf(source), store.ShardOf(destination));
        to.HasReserved(reserved);
        if (!from.TryGet(source, out var stream))
            throw Errors.NoSuchKey();
        to.TryGet(destination, out var there);
        done = there is null || replaces;
        if (source == destination || !done)
            return true;
        if (store.Journal is not null && Measure(stream).Naming(destination).RecordBytes > expected.RecordBytes)
            return false;
        if (store.CheckMemory(to, expected.Bytes) is { } refusal)
            throw refusal;
        Bring(stream);
        if (there is not null)
            to.Remove(there);
        Copy(stream, to, destination);
        to.Changes++;
        to.HoldWaiters(destination);
        if (removes)
        {
            from.Remove(stream, to);
            from.HoldWaiters(source);
        }
        to.EndRecordOf(from);
        return true;
    }

    // Before anything changes: what is on the disk alone may be damaged.
    private static void Bring(StreamState stream)
    {
        var place = stream.Log.Start;
        while (stream.Log.TryGetRun(ref place, StreamEntryId.MaxValue, int.MaxValue, out _, out _))
        {
            // It is in memory now.
        }
    }

    private static ExpectedChange Measure(Shard shard, StreamName name)
    {
        using var held = shard.Hold();
        return shard.TryGet(name, out var stream) ? Measure(stream) : default;
    }

    private static void Copy(IdempotentAppends source, StreamState copy)
    {
        // Each that follows adds to the count.
        copy.SetIdempotency(source.Limits, source.Added - source.Count, source.Duplicates);
        foreach (var (producer, key, id, at) in source.All)
            copy.HasAppended(producer, key, id, at);
    }

    private static void Copy(GroupState source, GroupState copy)
    {
        foreach (var consumer in source.Consumers)
        {
            var its = copy.AddConsumer(consumer.Name, consumer.SeenAt, consumer.Index);
            copy.Activate(its, consumer.ActiveAt);
            if (consumer.Hold is not null || consumer.IsLeft)
                copy.HoldName(its, consumer.Hold);
        }
        foreach (var (id, delivery) in source.Deliveries)
        {
            if (delivery.IsUnowned)
                copy.Disown(id, delivery.Count);
            else
                copy.AddPending(id, copy.ConsumerAt(delivery.Owner), delivery.At, delivery.Count);
        }
    }
}
