using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XADD.</summary>
internal static class AppendCommands
{
    public static AppendStatus Append(
        Shard shard, StreamName name, in AppendEntry entry, AppendOptions options, long now, out StreamEntryId id, out StreamEngineException? refusal)
    {
        if (shard.IsClosed)
        {
            (id, refusal) = (default, Errors.Closed());
            return AppendStatus.NotStored;
        }
        shard.TryGet(name, out var stream);
        var status = Append(shard, name, ref stream, entry, options, now, out id, out refusal);
        if (status == AppendStatus.Stored)
            Finish(shard, stream!, options);
        return status;
    }

    /// <returns>The id, or null where there is no stream and none is to be made.</returns>
    /// <exception cref="StreamEngineException">It is refused.</exception>
    public static StreamEntryId? Append(Shard shard, StreamName name, in AppendEntry entry, AppendOptions options)
    {
        var status = Append(shard, name, entry, options, shard.EntryClock.Now, out var id, out var refusal);
        return refusal is not null ? throw refusal : status == AppendStatus.Stored ? id : null;
    }

    /// <param name="shard">The stream's.</param>
    /// <param name="name">The stream.</param>
    /// <param name="entry">What is to be appended.</param>
    /// <param name="options">How.</param>
    /// <param name="appended">Is told the stream before it is trimmed and who waits is served.</param>
    /// <inheritdoc cref="Append(Shard, StreamName, in AppendEntry, AppendOptions)"/>
    public static StreamEntryId? Append(Shard shard, StreamName name, in AppendEntry entry, AppendOptions options, Action<StreamState> appended)
    {
        shard.TryGet(name, out var stream);
        var status = Append(shard, name, ref stream, entry, options, shard.EntryClock.Now, out var id, out var refusal);
        if (refusal is not null)
            throw refusal;
        if (status != AppendStatus.Stored)
            return null;
        appended(stream!);
        Finish(shard, stream!, options);
        return id;
    }

    /// <param name="shard">The stream's.</param>
    /// <param name="name">The stream.</param>
    /// <param name="entries">What is to be appended.</param>
    /// <param name="results">What became of each.</param>
    /// <param name="options">How.</param>
    /// <param name="endsWhereFull">Whether it ends before an entry for which there is no room in memory, instead of refusing it.</param>
    /// <returns>How many entries have a result.</returns>
    public static int Append(Shard shard, StreamName name, ReadOnlySpan<AppendEntry> entries, Span<AppendResult> results, AppendOptions options, bool endsWhereFull)
    {
        shard.TryGet(name, out var stream);
        var (done, stored, now) = (0, false, shard.EntryClock.Now);
        for (; done < entries.Length; done++)
        {
            var status = Append(shard, name, ref stream, entries[done], options, now, out var id, out var refusal);
            if (endsWhereFull && refusal is { Code: StreamErrorCode.OutOfMemory })
                break;
            stored |= status == AppendStatus.Stored;
            results[done] = new(status, id, refusal);
            // The last one is of one record with what is trimmed.
            if (done < entries.Length - 1)
                shard.EndLargeRecord();
        }
        if (stored)
            Finish(shard, stream!, options);
        return done;
    }

    /// <summary>The next id by the clock, which never goes below the last one; false where there is none left.</summary>
    public static bool TryNextId(StreamEntryId last, long now, out StreamEntryId id)
    {
        id = new((ulong)Math.Max(now, 0), 0);
        return id > last || last.TryIncrement(out id);
    }

    private static AppendStatus Append(
        Shard shard, StreamName name, ref StreamState? stream, in AppendEntry entry, AppendOptions options, long now,
        out StreamEntryId id, out StreamEngineException? refusal)
    {
        var encoded = entry.Fields.Encoded;
        var last = stream is null ? default : stream.LastId;
        id = default;
        refusal =
            encoded.IsEmpty ? Errors.Arity("xadd")
            : entry.Id.Kind == NewEntryIdKind.Explicit && entry.Id.Id == default ? Errors.ZeroId()
            : null;
        if (refusal is null && stream is null && !options.CreateStream)
            return AppendStatus.NoStream;
        refusal ??= ChooseId(entry.Id, last, now, out id) ?? shard.Store.CheckRoom(shard, encoded.Length);
        if (refusal is not null)
            return AppendStatus.NotStored;
        (stream ??= shard.Create(name)).Append(id, encoded);
        shard.Changes++;
        return AppendStatus.Stored;
    }

    private static void Finish(Shard shard, StreamState stream, AppendOptions options)
    {
        if (options.Trim is { } trim)
            Trimming.Trim(stream, trim, shard.Store.Limits, Trimming.MostWithAppend);
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
