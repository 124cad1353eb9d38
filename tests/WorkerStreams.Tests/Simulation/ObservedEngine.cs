using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Simulation;

/// <summary>One process's way to the engine: counts the calls, may fail or delay them, and breaks when the process is killed.</summary>
internal sealed class ObservedEngine(IStreamEngine engine, SimulatedProcess process) : IStreamEngine
{
    /// <summary>The calls so far, by name.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The way that a worker's request takes to the engine, and the same its answer. Default: none.</summary>
    public Func<Task>? Latency { get; set; }

    /// <summary>Whether an answer gets lost on the way, after the engine has done what was asked for. Default: none.</summary>
    public Func<bool>? LosesAnswer { get; set; }

    /// <summary>Sees what a worker gets and settles, at the moment that the engine does it.</summary>
    public Witness? Witness { get; set; }

    /// <summary>Called before each call with its name; what it throws the caller sees.</summary>
    public Action<string>? BeforeCall { get; set; }

    public ValueTask<StreamEntryId?> AppendAsync(StreamName stream, in AppendEntry entry, AppendOptions? options, CancellationToken cancellation) =>
        Call("append").AppendAsync(stream, entry, options, cancellation);

    public ValueTask<StreamEntryId?> AppendOnceAsync(StreamName stream, in AppendEntry entry, IdempotencyKey key, AppendOptions? options, CancellationToken cancellation) =>
        Call("append once").AppendOnceAsync(stream, entry, key, options, cancellation);

    public ValueTask AppendAsync(StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions? options, CancellationToken cancellation) =>
        Call("append many").AppendAsync(stream, entries, results, options, cancellation);

    public ValueTask<EntryBatch> ReadAsync(ReadRequest request, CancellationToken cancellation) =>
        UnlessKilled(Call("read"), (inner, token) => inner.ReadAsync(request, token), cancellation);

    public ValueTask<EntryBatch> ReadGroupAsync(ReadGroupRequest request, CancellationToken cancellation) =>
        TravelAsync(Call("read group"), inner => UnlessKilled(inner, (inner, token) => inner.ReadGroupAsync(request, token), cancellation));

    public ValueTask<long> AcknowledgeAsync(StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation) =>
        Call("acknowledge").AcknowledgeAsync(stream, group, ids, cancellation);

    public ValueTask AcknowledgeAndDeleteAsync(
        StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes, CancellationToken cancellation) =>
        Call("acknowledge and delete").AcknowledgeAndDeleteAsync(stream, group, ids, references, outcomes, cancellation);

    public async ValueTask SettleAsync(SettleRequest request, Memory<SettlementOutcome> outcomes, CancellationToken cancellation) =>
        await TravelAsync(Call("settle"), async inner =>
        {
            Witness?.Look();
            await inner.SettleAsync(request, outcomes, cancellation);
            Witness?.Settled(request, outcomes.Span);
            return outcomes;
        });

    public ValueTask<long> NackAsync(NackRequest request, CancellationToken cancellation) => Call("nack").NackAsync(request, cancellation);

    public ValueTask<EntryBatch> ClaimAsync(ClaimRequest request, CancellationToken cancellation) =>
        TravelAsync(Call("claim"), async inner =>
        {
            Witness?.Look();
            var claimed = await inner.ClaimAsync(request, cancellation);
            Witness?.Claimed(request.Consumer, claimed);
            return claimed;
        });

    public ValueTask<AutoClaimResult> AutoClaimAsync(AutoClaimRequest request, CancellationToken cancellation) =>
        TravelAsync(Call("auto-claim"), async inner =>
        {
            Witness?.Look();
            var claimed = await inner.AutoClaimAsync(request, cancellation);
            Witness?.Claimed(request.Consumer, claimed.Entries);
            return claimed;
        });

    public ValueTask<PendingSummary> GetPendingSummaryAsync(StreamName stream, StreamName group, CancellationToken cancellation) =>
        Call("pending summary").GetPendingSummaryAsync(stream, group, cancellation);

    public ValueTask<IReadOnlyList<PendingEntry>> GetPendingAsync(PendingRequest request, CancellationToken cancellation) =>
        Call("pending").GetPendingAsync(request, cancellation);

    public ValueTask<EntryBatch> RangeAsync(StreamName stream, RangeBound start, RangeBound end, int? count, bool reverse, CancellationToken cancellation) =>
        Call("range").RangeAsync(stream, start, end, count, reverse, cancellation);

    public ValueTask<long> DeleteAsync(StreamName stream, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation) =>
        Call("delete").DeleteAsync(stream, ids, cancellation);

    public ValueTask DeleteAsync(
        StreamName stream, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes, CancellationToken cancellation) =>
        Call("delete").DeleteAsync(stream, ids, references, outcomes, cancellation);

    public async ValueTask MoveAsync(MoveRequest request, Memory<StreamEntryId?> newIds, CancellationToken cancellation) =>
        await TravelAsync(Call("move"), async inner =>
        {
            await inner.MoveAsync(request, newIds, cancellation);
            return newIds;
        });

    public ValueTask<long> TrimAsync(StreamName stream, StreamTrim trim, CancellationToken cancellation) => Call("trim").TrimAsync(stream, trim, cancellation);

    public ValueTask<long> GetLengthAsync(StreamName stream, CancellationToken cancellation) => Call("length").GetLengthAsync(stream, cancellation);

    public ValueTask SetIdAsync(StreamName stream, StreamEntryId lastId, long? entriesAdded, StreamEntryId? maxDeletedId, CancellationToken cancellation) =>
        Call("set id").SetIdAsync(stream, lastId, entriesAdded, maxDeletedId, cancellation);

    public ValueTask SetIdempotencyAsync(StreamName stream, TimeSpan? duration, int? maxIds, CancellationToken cancellation) =>
        Call("set idempotency").SetIdempotencyAsync(stream, duration, maxIds, cancellation);

    public ValueTask RecordIdempotencyAsync(StreamName stream, IdempotencyKey key, StreamEntryId id, CancellationToken cancellation) =>
        Call("record idempotency").RecordIdempotencyAsync(stream, key, id, cancellation);

    public ValueTask<bool> DeleteStreamAsync(StreamName stream, CancellationToken cancellation) => Call("delete stream").DeleteStreamAsync(stream, cancellation);

    public ValueTask CreateGroupAsync(StreamName stream, StreamName group, GroupPosition position, bool createStream, long? entriesRead, CancellationToken cancellation) =>
        Call("create group").CreateGroupAsync(stream, group, position, createStream, entriesRead, cancellation);

    public ValueTask SetGroupIdAsync(StreamName stream, StreamName group, GroupPosition position, long? entriesRead, CancellationToken cancellation) =>
        Call("set group id").SetGroupIdAsync(stream, group, position, entriesRead, cancellation);

    public ValueTask<bool> DestroyGroupAsync(StreamName stream, StreamName group, CancellationToken cancellation) =>
        Call("destroy group").DestroyGroupAsync(stream, group, cancellation);

    public ValueTask<bool> CreateConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation) =>
        Call("create consumer").CreateConsumerAsync(stream, group, consumer, cancellation);

    public ValueTask<long> DeleteConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation) =>
        Call("delete consumer").DeleteConsumerAsync(stream, group, consumer, cancellation);

    public ValueTask<HoldResult> HoldConsumerAsync(HoldRequest request, CancellationToken cancellation) =>
        TravelAsync(Call("hold"), async inner =>
        {
            var held = await inner.HoldConsumerAsync(request, cancellation);
            Witness?.Held(process, request, held);
            return held;
        });

    public ValueTask<bool> LeaveConsumerAsync(StreamName stream, StreamName group, StreamName consumer, StreamName holder, CancellationToken cancellation) =>
        TravelAsync(Call("leave"), inner =>
        {
            Witness?.Left(consumer, holder);
            return inner.LeaveConsumerAsync(stream, group, consumer, holder, cancellation);
        });

    public ValueTask<IReadOnlyList<StreamName>> CollectConsumersAsync(StreamName stream, StreamName group, TimeSpan minIdle, CancellationToken cancellation) =>
        TravelAsync(Call("collect"), inner => inner.CollectConsumersAsync(stream, group, minIdle, cancellation));

    public ValueTask<StreamInfo> GetStreamInfoAsync(StreamName stream, CancellationToken cancellation) =>
        Call("stream info").GetStreamInfoAsync(stream, cancellation);

    public ValueTask<IReadOnlyList<GroupInfo>> GetGroupsAsync(StreamName stream, CancellationToken cancellation) =>
        Call("groups").GetGroupsAsync(stream, cancellation);

    public ValueTask<IReadOnlyList<ConsumerInfo>> GetConsumersAsync(StreamName stream, StreamName group, CancellationToken cancellation) =>
        Call("consumers").GetConsumersAsync(stream, group, cancellation);

    private IStreamEngine Call(string name)
    {
        Calls.Add(name);
        BeforeCall?.Invoke(name);
        return engine;
    }

    // A process that is killed on the way never learns more.
    private async ValueTask<T> TravelAsync<T>(IStreamEngine inner, Func<IStreamEngine, ValueTask<T>> call)
    {
        if (Latency is not null)
            await Latency();
        var answer = await call(inner);
        if (Latency is not null)
            await Latency();
        if (LosesAnswer?.Invoke() != true)
            return answer;
        (answer as IDisposable)?.Dispose();
        throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR the answer was lost", mayHaveTakenEffect: true);
    }

    private async ValueTask<EntryBatch> UnlessKilled(
        IStreamEngine inner, Func<IStreamEngine, CancellationToken, ValueTask<EntryBatch>> read, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, process.Killed);
        return await read(inner, either.Token);
    }
}
