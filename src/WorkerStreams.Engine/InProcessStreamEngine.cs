using WorkerStreams.Engine.InProcess;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine;

/// <summary>
/// Redis Streams in this process: the semantics of Redis 8.8, in memory or in a folder, with no server. Safe for any number of threads. Every call but a
/// read that waits completes synchronously, unless it has to wait for the disk. After <see cref="Dispose"/> calls fail with <see cref="StreamErrorCode.Unavailable"/>.
/// </summary>
public sealed class InProcessStreamEngine : IStreamEngine, IKeySpace, IDisposable
{
    private readonly StreamStore _store;

    /// <summary>An engine with no streams, or with those that its folder holds.</summary>
    /// <param name="options">The settings; null stands for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names each such setting, its value and what is allowed.</exception>
    /// <exception cref="IOException">
    /// The folder cannot be used, or another process has it; or what it holds is damaged or of a newer version. The message says which file, where in it, and what to do.
    /// </exception>
    public InProcessStreamEngine(InProcessEngineOptions? options = null)
        : this(options ??= new(), options.DataDirectory is null ? null : replay => OpenJournal(options, replay))
    {
    }

    /// <summary>An engine with the streams of a journal, which keeps all that changes.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="open">Opens the journal; null where there is none.</param>
    /// <param name="lost">Makes it a repair, and is told what it leaves out.</param>
    internal InProcessStreamEngine(InProcessEngineOptions options, Func<IJournalReplay, IJournal>? open, Action<string>? lost = null)
    {
        options.Validate();
        _store = new(options);
        if (open is null)
            return;
        var replay = new ChangeReplay(_store, lost);
        var journal = open(replay);
        try
        {
            _store.Keep(journal);
            replay.Complete();
            if (replay.NeedsCheckpoint)
                journal.WriteCheckpoint(journal.LastSequence, new Checkpoint(_store, journal).GetParts());
        }
        catch
        {
            journal.Dispose();
            throw;
        }
        _store.Checkpoints = new(_store, journal);
    }

    /// <summary>The memory that the streams take, in bytes: what <see cref="InProcessEngineOptions.MaxMemory"/> limits.</summary>
    public long UsedMemory => _store.Meter.Used;

    /// <summary>What <see cref="InProcessEngineOptions.MaxMemory"/> is.</summary>
    public long? MaxMemory => _store.Options.MaxMemory;

    /// <summary>
    /// Makes a damaged folder one that opens, while no engine has it: its journal ends before the damage, and what is cut off is kept in files beside it, whose names begin
    /// with <c>cut-</c>. What was changed after the damaged place is lost. Where entries themselves are damaged, they alone are. All that there is is read, which may take long.
    /// </summary>
    /// <param name="dataDirectory">The folder, as in <see cref="InProcessEngineOptions.DataDirectory"/>.</param>
    /// <returns>What was damaged and what was done, line by line; nothing where all is in order.</returns>
    /// <exception cref="IOException">Another process has the folder, or it cannot be used, or a newer version wrote it.</exception>
    public static IReadOnlyList<string> Repair(string dataDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataDirectory);
        return Repair(new DiskFolder(dataDirectory), new());
    }

    /// <inheritdoc cref="Repair(string)"/>
    internal static IReadOnlyList<string> Repair(IJournalFolder folder, FileJournalOptions options)
    {
        var repairs = FileJournal.Repair(folder, options);
        new InProcessStreamEngine(new(), replay => FileJournal.Open(folder, options, replay, repairs), repairs.Report.Add).Dispose();
        return repairs.Report;
    }

    /// <inheritdoc/>
    /// <remarks>In memory the time in the id may lag behind the clock by one tick of the kernel's: 1 to 16 ms, by platform. Elsewhere, and where many are appended at once, it is exact.</remarks>
    public ValueTask<StreamEntryId?> AppendAsync(StreamName stream, in AppendEntry entry, AppendOptions? options = null, CancellationToken cancellation = default)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<StreamEntryId?>(cancellation);
        if (IsKept)
        {
            return On(
                stream,
                (stream, entry, options),
                static (shard, on) => AppendCommands.Append(shard, on.stream, on.entry, on.options ?? AppendOptions.Default),
                cancellation,
                ExpectedChange.Of([entry], _store.Options.MaxEntryBytes),
                options?.Trim is null ? null : static (store, on, change) => Expectations.WithTrim(store, on.stream, change, on.options!.Trim, Trimming.MostWithAppend));
        }
        // In memory it is by far the most frequent call, so nothing stands on its way.
        var shard = _store.ShardOf(stream);
        AppendStatus status;
        StreamEntryId id;
        StreamEngineException? refusal;
        shard.Lock();
        try
        {
            status = AppendCommands.Append(shard, stream, entry, options ?? AppendOptions.Default, shard.EntryClock.Recent, out id, out refusal);
        }
        finally
        {
            shard.Leave();
        }
        return refusal is not null ? ValueTask.FromException<StreamEntryId?>(refusal) : new(status == AppendStatus.Stored ? id : null);
    }

    /// <inheritdoc/>
    public ValueTask<StreamEntryId?> AppendOnceAsync(
        StreamName stream, in AppendEntry entry, IdempotencyKey key, AppendOptions? options = null, CancellationToken cancellation = default) =>
        On(
            stream,
            (stream, entry, key, options),
            static (shard, on) => IdempotencyCommands.Append(shard, on.stream, on.entry, on.key, on.options ?? AppendOptions.Default),
            cancellation,
            IsKept ? ExpectedChange.Of(entry, key, _store.Options.MaxEntryBytes) : default,
            static (store, on, change) => Expectations.WithTrim(store, on.stream, change, on.options?.Trim, Trimming.MostWithAppend));

    /// <inheritdoc/>
    public ValueTask AppendAsync(
        StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions? options = null, CancellationToken cancellation = default)
    {
        CheckLength(results.Length, entries.Length, nameof(results));
        return AppendAllAsync(stream, entries, results, options ?? AppendOptions.Default, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<EntryBatch> ReadAsync(ReadRequest request, CancellationToken cancellation = default) => Read(request, cancellation);

    /// <inheritdoc/>
    public ValueTask<EntryBatch> ReadGroupAsync(ReadGroupRequest request, CancellationToken cancellation = default) => Read(request, cancellation);

    /// <inheritdoc/>
    public ValueTask<long> AcknowledgeAsync(StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default) =>
        On(stream, (stream, group, ids), static (shard, on) => GroupCommands.Acknowledge(shard, on.stream, on.group, on.ids.Span), cancellation, new(ids.Length));

    /// <inheritdoc/>
    public ValueTask AcknowledgeAndDeleteAsync(
        StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes,
        CancellationToken cancellation = default)
    {
        CheckLength(outcomes.Length, ids.Length, nameof(outcomes));
        return On(
            stream,
            (stream, group, ids, references, outcomes),
            static (shard, on) => DeletionCommands.Acknowledge(shard, on.stream, on.group, on.ids.Span, on.references, on.outcomes.Span),
            cancellation,
            IsKept ? Expectations.Of(_store, stream, ids.Length, references) : default);
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(SettleRequest request, Memory<SettlementOutcome> outcomes, CancellationToken cancellation = default)
    {
        CheckLength(outcomes.Length, request.Settlements.Length, nameof(outcomes));
        return On(request.Stream, (request, outcomes), static (shard, on) => SettleCommands.Settle(shard, on.request, on.outcomes.Span), cancellation, IsKept ? ExpectedChange.Of(request) : default);
    }

    /// <inheritdoc/>
    public ValueTask<long> NackAsync(NackRequest request, CancellationToken cancellation = default) =>
        On(request.Stream, request, NackCommands.Nack, cancellation, new(request.Ids.Length));

    /// <inheritdoc/>
    public ValueTask<EntryBatch> ClaimAsync(ClaimRequest request, CancellationToken cancellation = default) =>
        On(request.Stream, request, ClaimCommands.Claim, cancellation, new ExpectedChange(1 + request.Ids.Length).Naming(request.Consumer));

    /// <inheritdoc/>
    public ValueTask<AutoClaimResult> AutoClaimAsync(AutoClaimRequest request, CancellationToken cancellation = default) =>
        On(request.Stream, request, ClaimCommands.AutoClaim, cancellation, IsKept ? Expectations.Of(_store, request) : default);

    /// <inheritdoc/>
    public ValueTask<PendingSummary> GetPendingSummaryAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) =>
        On(stream, (stream, group), static (shard, on) => PendingCommands.Summarize(shard, on.stream, on.group), cancellation);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PendingEntry>> GetPendingAsync(PendingRequest request, CancellationToken cancellation = default) =>
        On(request.Stream, request, PendingCommands.List, cancellation);

    /// <inheritdoc/>
    public ValueTask<EntryBatch> RangeAsync(StreamName stream, RangeBound start, RangeBound end, int? count = null, bool reverse = false, CancellationToken cancellation = default) =>
        On(stream, (stream, start, end, count, reverse), static (shard, on) => StreamCommands.Range(shard, on.stream, on.start, on.end, on.count, on.reverse), cancellation);

    /// <inheritdoc/>
    public ValueTask<long> DeleteAsync(StreamName stream, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default) =>
        On(stream, (stream, ids), static (shard, on) => StreamCommands.Delete(shard, on.stream, on.ids.Span), cancellation, new(ids.Length));

    /// <inheritdoc/>
    public ValueTask DeleteAsync(
        StreamName stream, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes, CancellationToken cancellation = default)
    {
        CheckLength(outcomes.Length, ids.Length, nameof(outcomes));
        return On(
            stream,
            (stream, ids, references, outcomes),
            static (shard, on) => DeletionCommands.Delete(shard, on.stream, on.ids.Span, on.references, on.outcomes.Span),
            cancellation,
            IsKept ? Expectations.Of(_store, stream, ids.Length, references) : default);
    }

    /// <inheritdoc/>
    public ValueTask MoveAsync(MoveRequest request, Memory<StreamEntryId?> newIds, CancellationToken cancellation = default)
    {
        CheckLength(newIds.Length, request.Entries.Length, nameof(newIds));
        return On(request.Source, (request, newIds), static (shard, on) => MoveCommands.Move(shard, on.request, on.newIds.Span), cancellation, IsKept ? ExpectedChange.Of(request) : default);
    }

    /// <inheritdoc/>
    public ValueTask<long> TrimAsync(StreamName stream, StreamTrim trim, CancellationToken cancellation = default) =>
        On(stream, (stream, trim), static (shard, on) => StreamCommands.Trim(shard, on.stream, on.trim), cancellation, IsKept ? Expectations.WithTrim(_store, stream, ExpectedChange.Few, trim) : default);

    /// <inheritdoc/>
    public ValueTask<long> GetLengthAsync(StreamName stream, CancellationToken cancellation = default) =>
        On(stream, stream, StreamCommands.Length, cancellation);

    /// <inheritdoc/>
    public ValueTask SetIdAsync(StreamName stream, StreamEntryId lastId, long? entriesAdded = null, StreamEntryId? maxDeletedId = null, CancellationToken cancellation = default) =>
        On(stream, (stream, lastId, entriesAdded, maxDeletedId), static (shard, on) => StreamCommands.SetId(shard, on.stream, on.lastId, on.entriesAdded, on.maxDeletedId), cancellation, ExpectedChange.Few);

    /// <inheritdoc/>
    public ValueTask SetIdempotencyAsync(StreamName stream, TimeSpan? duration = null, int? maxIds = null, CancellationToken cancellation = default) =>
        On(stream, (stream, duration, maxIds), static (shard, on) => IdempotencyCommands.Configure(shard, on.stream, on.duration, on.maxIds), cancellation, ExpectedChange.Few);

    /// <inheritdoc/>
    public ValueTask RecordIdempotencyAsync(StreamName stream, IdempotencyKey key, StreamEntryId id, CancellationToken cancellation = default) =>
        On(stream, (stream, key, id), static (shard, on) => IdempotencyCommands.Record(shard, on.stream, on.key, on.id), cancellation, ExpectedChange.Of(key));

    /// <inheritdoc/>
    public ValueTask<bool> DeleteStreamAsync(StreamName stream, CancellationToken cancellation = default) =>
        On(stream, stream, StreamCommands.DeleteStream, cancellation, ExpectedChange.Few);

    /// <inheritdoc/>
    public ValueTask CreateGroupAsync(
        StreamName stream, StreamName group, GroupPosition position, bool createStream = false, long? entriesRead = null, CancellationToken cancellation = default) =>
        On(stream, (stream, group, position, createStream, entriesRead), static (shard, on) => GroupCommands.Create(shard, on.stream, on.group, on.position, on.createStream, on.entriesRead), cancellation, ExpectedChange.Of(stream, group));

    /// <inheritdoc/>
    public ValueTask SetGroupIdAsync(StreamName stream, StreamName group, GroupPosition position, long? entriesRead = null, CancellationToken cancellation = default) =>
        On(stream, (stream, group, position, entriesRead), static (shard, on) => GroupCommands.SetId(shard, on.stream, on.group, on.position, on.entriesRead), cancellation, ExpectedChange.Few);

    /// <inheritdoc/>
    public ValueTask<bool> DestroyGroupAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) =>
        On(stream, (stream, group), static (shard, on) => GroupCommands.Destroy(shard, on.stream, on.group), cancellation, ExpectedChange.Few);

    /// <inheritdoc/>
    public ValueTask<bool> CreateConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default) =>
        On(stream, (stream, group, consumer), static (shard, on) => GroupCommands.CreateConsumer(shard, on.stream, on.group, on.consumer), cancellation, ExpectedChange.Of(consumer));

    /// <inheritdoc/>
    public ValueTask<long> DeleteConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default) =>
        On(stream, (stream, group, consumer), static (shard, on) => GroupCommands.DeleteConsumer(shard, on.stream, on.group, on.consumer), cancellation, ExpectedChange.Few);

    /// <inheritdoc/>
    public ValueTask<HoldResult> HoldConsumerAsync(HoldRequest request, CancellationToken cancellation = default) =>
        On(request.Stream, request, NameCommands.Hold, cancellation, IsKept ? Expectations.Of(_store, request) : default);

    /// <inheritdoc/>
    public ValueTask<bool> LeaveConsumerAsync(StreamName stream, StreamName group, StreamName consumer, StreamName holder, CancellationToken cancellation = default) =>
        On(stream, (stream, group, consumer, holder), static (shard, on) => NameCommands.Leave(shard, on.stream, on.group, on.consumer, on.holder), cancellation, ExpectedChange.Few);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StreamName>> CollectConsumersAsync(StreamName stream, StreamName group, TimeSpan minIdle, CancellationToken cancellation = default) =>
        On(stream, (stream, group, minIdle), static (shard, on) => NameCommands.Collect(shard, on.stream, on.group, on.minIdle), cancellation, IsKept ? Expectations.OfConsumers(_store, stream, group) : default);

    /// <inheritdoc/>
    public ValueTask<StreamInfo> GetStreamInfoAsync(StreamName stream, CancellationToken cancellation = default) =>
        On(stream, stream, InfoCommands.Stream, cancellation);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<GroupInfo>> GetGroupsAsync(StreamName stream, CancellationToken cancellation = default) =>
        On(stream, stream, InfoCommands.Groups, cancellation);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ConsumerInfo>> GetConsumersAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) =>
        On(stream, (stream, group), static (shard, on) => InfoCommands.Consumers(shard, on.stream, on.group), cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> ExistsAsync(StreamName key, CancellationToken cancellation = default) =>
        On(key, key, static (shard, name) => shard.TryGet(name, out _), cancellation);

    /// <inheritdoc/>
    public ValueTask<FullStreamInfo> GetFullStreamInfoAsync(StreamName key, int? count, CancellationToken cancellation = default) =>
        On(key, (key, count), static (shard, on) => FullInfoCommands.Full(shard, on.key, on.count), cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<StreamName> GetKeys()
    {
        List<StreamName> keys = [];
        foreach (var shard in _store.Shards)
            keys.AddRange(shard.GetNames());
        return keys;
    }

    /// <inheritdoc/>
    public long CountChanges()
    {
        var changes = 0L;
        foreach (var shard in _store.Shards)
        {
            using var held = shard.Hold();
            changes += shard.Changes;
        }
        return changes;
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync() => _store.Journal is { } journal ? journal.CommitAsync(journal.LastSequence) : default;

    /// <inheritdoc/>
    public KeyStamp? GetStamp(StreamName key) => _store.ShardOf(key).GetStamp(key);

    /// <inheritdoc/>
    public KeyWatch Watch(StreamName key) => _store.ShardOf(key).Watch(key);

    /// <inheritdoc/>
    public ValueTask<bool> RenameAsync(StreamName key, StreamName newKey, bool replace = true, CancellationToken cancellation = default) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellation) : CopyCommands.CopyAsync(_store, key, newKey, replace, removes: true);

    /// <inheritdoc/>
    public ValueTask<bool> CopyAsync(StreamName key, StreamName newKey, bool replace = false, CancellationToken cancellation = default) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled<bool>(cancellation) : CopyCommands.CopyAsync(_store, key, newKey, replace, removes: false);

    /// <inheritdoc/>
    public ValueTask<byte[]?> DumpAsync(StreamName key, long maxBytes = StreamDump.MostBytes, CancellationToken cancellation = default) =>
        On(key, (key, maxBytes), static (shard, on) => shard.TryGet(on.key, out var stream) ? StreamDump.Write(stream, on.maxBytes) : null, cancellation);

    /// <inheritdoc/>
    public async ValueTask<bool> RestoreAsync(StreamName key, ReadOnlyMemory<byte> dump, bool replace = false, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        using var dumped = DumpedStream.Read(_store, dump.Span);
        var stream = dumped.Stream;
        var restored = await On(
            key, (key, stream, replace), static (shard, on) => CopyCommands.Restore(shard, on.stream, on.key, on.replace), cancellation, CopyCommands.Measure(stream)).ConfigureAwait(false);
        _store.ServeHeld();
        return restored;
    }

    /// <inheritdoc/>
    public ReadHold HoldReads() => new(_store);

    /// <inheritdoc/>
    public int NodeMaxEntries => _store.Limits.MaxEntries;

    /// <inheritdoc/>
    public int NodeMaxBytes => _store.Limits.MaxBytes;

    /// <inheritdoc/>
    public void SetNodeLimits(int maxEntries, int maxBytes)
    {
        (_store.Options with { NodeMaxEntries = maxEntries, NodeMaxBytes = maxBytes }).Validate();
        _store.Grain.Limits = new(maxEntries, maxBytes);
    }

    /// <inheritdoc/>
    public TimeSpan IdempotencyDuration => TimeSpan.FromMilliseconds(_store.Idempotency.Duration);

    /// <inheritdoc/>
    public int IdempotencyMaxIds => _store.Idempotency.MaxIds;

    /// <inheritdoc/>
    public void SetIdempotencyDefaults(TimeSpan duration, int maxIds)
    {
        if (!IdempotencyLimits.IsDuration(duration))
            throw new ArgumentException($"{duration} is no duration from 1 to 86400 seconds.", nameof(duration));
        if (!IdempotencyLimits.IsMaxIds(maxIds))
            throw new ArgumentException($"{maxIds} is not from 1 to 10000.", nameof(maxIds));
        _store.Idempotency = new((long)duration.TotalMilliseconds, maxIds);
    }

    /// <summary>A checkpoint in parts of about so many bytes.</summary>
    internal Checkpoint GetCheckpoint(int partBytes) => new(_store, _store.Journal!, partBytes);

    /// <summary>Frees the streams, once all that has changed is on the disk. Reads that wait, and every later call, fail with <see cref="StreamErrorCode.Unavailable"/>.</summary>
    public void Dispose()
    {
        using (_store.Journal)
        {
            // Before the streams go: a checkpoint is not to miss them.
            try
            {
                _store.Checkpoints?.Dispose();
            }
            finally
            {
                foreach (var shard in _store.Shards)
                    shard.Close();
            }
        }
    }

    private bool IsKept => _store.Journal is not null;

    private async ValueTask AppendAllAsync(
        StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions options, CancellationToken cancellation)
    {
        for (var (done, endsWhereFull) = (0, IsKept); ;)
        {
            var (rest, restResults) = (entries[done..], results[done..]);
            try
            {
                done += await On(
                    stream,
                    (stream, rest, restResults, options, endsWhereFull),
                    static (shard, on) => AppendCommands.Append(shard, on.stream, on.rest.Span, on.restResults.Span, on.options, on.endsWhereFull),
                    cancellation,
                    IsKept ? ExpectedChange.Of(rest.Span, _store.Options.MaxEntryBytes) : default,
                    static (store, on, change) => Expectations.WithTrim(store, on.stream, change, on.options.Trim, Trimming.MostWithAppend)).ConfigureAwait(false);
            }
            catch (StreamEngineException refusal) when (done > 0)
            {
                // Those before are stored, whatever becomes of the rest.
                restResults.Span.Fill(new(refusal.MayHaveTakenEffect ? AppendStatus.MaybeStored : AppendStatus.NotStored, default, refusal));
                return;
            }
            if (done == entries.Length)
                return;
            // Others may have used up what room was made. Only what finds none when more was made is refused.
            endsWhereFull = _store.TryMakeRoom(ExpectedChange.Of(entries.Span[done..], _store.Options.MaxEntryBytes).Bytes);
            cancellation = CancellationToken.None;
        }
    }

    // Runs a command under the lock of the stream's shard; what it refuses comes as a failed task, as from any engine. Where it depends on what there is how much more it
    // may change, that is looked up for each try.
    private ValueTask<TResult> On<TArguments, TResult>(
        StreamName stream, TArguments arguments, Func<Shard, TArguments, TResult> command, CancellationToken cancellation, ExpectedChange change = default,
        Func<StreamStore, TArguments, ExpectedChange, ExpectedChange>? lookUp = null)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<TResult>(cancellation);
        var shard = _store.ShardOf(stream);
        while (true)
        {
            try
            {
                TResult result;
                using (shard.Enter(IsKept ? _store.Reserve((lookUp is null ? change : lookUp(_store, arguments, change)).Naming(stream)) : 0))
                    result = command(shard, arguments);
                return _store.AnswerAsync(shard.LastSequence, result);
            }
            catch (StreamEngineException refusal)
            {
                if (!MayTryAgain(refusal, change))
                    return _store.FailAsync<TResult>(shard.LastSequence, refusal);
            }
        }
    }

    private ValueTask On<TArguments>(
        StreamName stream, TArguments arguments, Action<Shard, TArguments> command, CancellationToken cancellation, ExpectedChange change = default)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        var shard = _store.ShardOf(stream);
        while (true)
        {
            try
            {
                using (shard.Enter(IsKept ? _store.Reserve(change.Naming(stream)) : 0))
                    command(shard, arguments);
                return _store.CommitAsync(shard.LastSequence);
            }
            catch (StreamEngineException refusal)
            {
                if (!MayTryAgain(refusal, change))
                    return _store.FailAsync(shard.LastSequence, refusal);
            }
        }
    }

    // What room was made in memory others may have used up.
    private bool MayTryAgain(StreamEngineException refusal, in ExpectedChange change) =>
        refusal.Code == StreamErrorCode.OutOfMemory && IsKept && change.Bytes > 0 && _store.TryMakeRoom(change.Bytes);

    private ValueTask<EntryBatch> Read(ReadRequest request, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<EntryBatch>(cancellation);
        try
        {
            return ReadCommands.Read(_store, request, cancellation);
        }
        catch (StreamEngineException refusal)
        {
            return _store.FailAsync<EntryBatch>(ReadCommands.LastSequence(_store, request.Streams), refusal);
        }
    }

    private static FileJournal OpenJournal(InProcessEngineOptions options, IJournalReplay replay) => FileJournal.Open(
        new DiskFolder(options.DataDirectory!),
        new() { FlushPolicy = options.FlushPolicy, SegmentBytes = options.SegmentBytes, TimeProvider = options.TimeProvider, Log = options.JournalLog },
        replay);

    private static void CheckLength(int length, int needed, string name)
    {
        if (length < needed)
            throw new ArgumentException($"Room for {needed} is needed, there is room for {length}.", name);
    }
}
