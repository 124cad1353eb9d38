using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XADD.</summary>
internal static class AppendCommands
{
    public static StreamEntryId? Append(Shard shard, StreamName name, in AppendEntry entry, AppendOptions options, long now)
    {
        shard.TryGet(name, out var stream);
        var result = Append(shard, name, ref stream, entry, options, now);
        if (result.Status == AppendStatus.Stored)
            Finish(shard, stream!, options);
        return result.Error is { } error ? throw error : result.Status == AppendStatus.Stored ? result.Id : null;
    }

    public static bool Append(Shard shard, StreamName name, ReadOnlySpan<AppendEntry> entries, Span<AppendResult> results, AppendOptions options, long now)
    {
        shard.TryGet(name, out var stream);
        var stored = false;
        for (var i = 0; i < entries.Length; i++)
        {
            results[i] = Append(shard, name, ref stream, entries[i], options, now);
            stored |= results[i].Status == AppendStatus.Stored;
        }
        if (stored)
            Finish(shard, stream!, options);
        return stored;
    }

    /// <summary>The next id by the clock, which never goes below the last one; false where there is none left.</summary>
    public static bool TryNextId(StreamEntryId last, long now, out StreamEntryId id)
    {
        id = new((ulong)Math.Max(now, 0), 0);
        return id > last || last.TryIncrement(out id);
    }

    private static AppendResult Append(Shard shard, StreamName name, ref StreamState? stream, in AppendEntry entry, AppendOptions options, long now)
    {
        var encoded = entry.Fields.Encoded;
        if (encoded.IsEmpty)
            return Refused(Errors.Arity("xadd"));
        if (entry.Id.Kind == NewEntryIdKind.Explicit && entry.Id.Id == default)
            return Refused(Errors.ZeroId());
        if (stream is null && !options.CreateStream)
            return new(AppendStatus.NoStream, default);
        if (ChooseId(entry.Id, stream?.LastId ?? default, now, out var id) is { } error)
            return Refused(error);
        var store = shard.Store;
        if (encoded.Length > store.Options.MaxEntryBytes)
            return Refused(Errors.EntryTooLarge(encoded.Length, store.Options.MaxEntryBytes));
        if (store.Options.MaxMemory is { } limit && store.Meter.Used + encoded.Length > limit)
            return Refused(Errors.OutOfMemory(store.Meter.Used, limit));
        (stream ??= shard.Create(name)).Append(id, encoded);
        return new(AppendStatus.Stored, id);
    }

    private static AppendResult Refused(StreamEngineException error) => new(AppendStatus.NotStored, default, error);

    private static void Finish(Shard shard, StreamState stream, AppendOptions options)
    {
        if (options.Trim is { } trim)
            stream.Log.RemoveFirst(Trimming.Count(stream.Log, trim, shard.Store.Limits));
        shard.ServeWaiters(stream);
    }

    private static StreamEngineException? ChooseId(NewEntryId wanted, StreamEntryId last, long now, out StreamEntryId id)
    {
        id = wanted.Id;
        if (last == StreamEntryId.MaxValue)
            return Errors.IdsExhausted();
        switch (wanted.Kind)
        {
            case NewEntryIdKind.Auto:
                TryNextId(last, now, out id);
                return null;
            case NewEntryIdKind.AutoSequence when id.Milliseconds == last.Milliseconds && last.Sequence < ulong.MaxValue:
                id = last with { Sequence = last.Sequence + 1 };
                return null;
            default:
                return id > last ? null : Errors.IdNotGreater();
        }
    }
}
