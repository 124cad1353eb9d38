using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XADD with IDMP or IDMPAUTO, and XCFGSET.</summary>
internal static class IdempotencyCommands
{
    private static readonly TimeSpan ShortestDuration = TimeSpan.FromSeconds(1), LongestDuration = TimeSpan.FromDays(1);
    private const int MostIds = 10_000;

    /// <returns>The id that it has been given, now or before; null where there is no stream and none is to be made.</returns>
    public static StreamEntryId? Append(Shard shard, StreamName name, in AppendEntry entry, IdempotencyKey key, AppendOptions options)
    {
        if (entry.Fields.EncodedLength == 0)
            throw Errors.Arity("xadd");
        if (entry.Id.Kind != NewEntryIdKind.Auto)
            throw StreamEngineException.InvalidArgument("IDMP/IDMPAUTO can be used only with auto-generated IDs");
        if (key.Producer.IsEmpty)
            throw StreamEngineException.InvalidArgument("IDMP requires a non-empty producer ID");
        var (now, known) = (shard.Store.Now, key.Id ?? FieldsDigest.Of(entry.Fields));
        if (shard.TryGet(name, out var stream) && stream.FindAppended(key.Producer, known, now) is { } id)
        {
            stream.CountDuplicate();
            return id;
        }
        if (shard.Store.CheckRoom(shard, entry.Fields.EncodedLength + known.Bytes.Length + key.Producer.Bytes.Length) is { } refusal)
            throw refusal;
        return AppendCommands.Append(shard, name, entry, options, stored => stored.HasAppended(key.Producer, known, stored.LastId, now));
    }

    public static void Configure(Shard shard, StreamName name, TimeSpan? duration, int? maxIds)
    {
        if (duration is null && maxIds is null)
            throw StreamEngineException.InvalidArgument("At least one parameter must be specified");
        if (duration < ShortestDuration || duration > LongestDuration)
            throw StreamEngineException.InvalidArgument("IDMP-DURATION must be between 1 and 86400 seconds");
        if (maxIds is < 1 or > MostIds)
            throw StreamEngineException.InvalidArgument("IDMP-MAXSIZE must be between 1 and 10000 entries");
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        stream.SetIdempotency(duration is { } time ? (long)time.TotalMilliseconds : null, maxIds);
    }

    /// <summary>Whether so much may be remembered, for so many milliseconds.</summary>
    public static bool AreLimits(long duration, long maxIds) =>
        duration >= ShortestDuration.TotalMilliseconds && duration <= LongestDuration.TotalMilliseconds && maxIds is >= 1 and <= MostIds;

    /// <summary>What is remembered now.</summary>
    public static IdempotencyInfo Describe(StreamState stream, long now)
    {
        if (stream.Idempotency is not { } appends)
            return IdempotencyInfo.Default;
        appends.Expire(now);
        return new(TimeSpan.FromMilliseconds(appends.Duration), appends.MaxIds, appends.Producers, appends.Count, appends.Added, appends.Duplicates);
    }
}
