using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XADD with IDMP or IDMPAUTO, XIDMPRECORD, and XCFGSET.</summary>
internal static class IdempotencyCommands
{
    /// <returns>The id that it has been given, now or before; null where there is no stream and none is to be made.</returns>
    public static StreamEntryId? Append(Shard shard, StreamName name, in AppendEntry entry, IdempotencyKey key, AppendOptions options)
    {
        if (entry.Fields.EncodedLength == 0)
            throw Errors.Arity("xadd");
        if (entry.Id.Kind != NewEntryIdKind.Auto)
            throw StreamEngineException.InvalidArgument("syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");
        if (key.Producer.IsEmpty)
            throw StreamEngineException.InvalidArgument("syntax error, IDMP requires a non-empty producer ID");
        var (now, known) = (shard.Store.Now, key.Id ?? FieldsDigest.Of(entry.Fields));
        if (shard.TryGet(name, out var stream) && stream.FindAppended(key.Producer, known, now) is { } id)
        {
            stream.CountDuplicate();
            shard.Changes++;
            return id;
        }
        if (shard.Store.CheckRoom(shard, entry.Fields.EncodedLength + known.Bytes.Length + key.Producer.Bytes.Length) is { } refusal)
            throw refusal;
        return AppendCommands.Append(shard, name, entry, options, stored => stored.HasAppended(key.Producer, known, stored.LastId, now));
    }

    public static void Record(Shard shard, StreamName name, IdempotencyKey key, StreamEntryId id)
    {
        if (key.Producer.IsEmpty)
            throw StreamEngineException.InvalidArgument("producer ID must be non-empty");
        if (key.Id is not { } known)
            throw StreamEngineException.InvalidArgument("idempotent ID must be non-empty");
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        if (!stream.Log.TryFind(id, out _, out _))
            throw StreamEngineException.InvalidArgument("No such message in stream");
        var now = shard.Store.Now;
        if (stream.FindAppended(key.Producer, known, now) is { } there)
        {
            if (there != id)
                throw StreamEngineException.InvalidArgument("IID already exists for this producer with a different stream ID");
            return;
        }
        if (shard.Store.CheckRoom(shard, known.Bytes.Length + key.Producer.Bytes.Length) is { } refusal)
            throw refusal;
        stream.HasAppended(key.Producer, known, id, now);
        shard.Changes++;
    }

    public static void Configure(Shard shard, StreamName name, TimeSpan? duration, int? maxIds)
    {
        if (duration is null && maxIds is null)
            throw StreamEngineException.InvalidArgument("At least one parameter must be specified");
        if (duration is { } time && !IdempotencyLimits.IsDuration(time))
            throw StreamEngineException.InvalidArgument("IDMP-DURATION must be between 1 and 86400 seconds");
        if (maxIds is { } most && !IdempotencyLimits.IsMaxIds(most))
            throw StreamEngineException.InvalidArgument("IDMP-MAXSIZE must be between 1 and 10000 entries");
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        var before = stream.IdempotencyLimits;
        var limits = new IdempotencyLimits((long?)duration?.TotalMilliseconds ?? before.Duration, maxIds ?? before.MaxIds);
        shard.Changes += limits == before ? 0 : 1;
        stream.SetIdempotency(limits);
    }

    /// <summary>What is remembered now.</summary>
    public static IdempotencyInfo Describe(StreamState stream, long now)
    {
        if (stream.Idempotency is not { } appends)
            return IdempotencyInfo.Default;
        appends.Expire(now);
        return new(TimeSpan.FromMilliseconds(appends.Limits.Duration), appends.Limits.MaxIds, appends.Producers, appends.Count, appends.Added, appends.Duplicates);
    }
}
