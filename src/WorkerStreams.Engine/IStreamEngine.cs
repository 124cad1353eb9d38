namespace WorkerStreams.Engine;

/// <summary>
/// The seam between the framework and what keeps the streams: the commands of Redis Streams, each in one step. Names are bytes,
/// ids and errors are Redis's, results own their memory. Calls complete synchronously where nothing waits. Every method throws
/// <see cref="StreamEngineException"/> as its command does, and <see cref="OperationCanceledException"/> when cancelled.
/// </summary>
public interface IStreamEngine : IStreamAdministration
{
    /// <summary>How long a read may be delivered entries of which nothing is heard any more: 10 seconds. An engine ends it by then.</summary>
    static TimeSpan LongestUnheardRead { get; } = TimeSpan.FromSeconds(10);

    /// <summary>XADD: appends one entry.</summary>
    /// <returns>The id, or null where there is no stream and <see cref="AppendOptions.CreateStream"/> is false.</returns>
    ValueTask<StreamEntryId?> AppendAsync(StreamName stream, in AppendEntry entry, AppendOptions? options = null, CancellationToken cancellation = default);

    /// <summary>XADD with IDMP or IDMPAUTO (8.6): appends an entry unless it was appended before, as far as the stream remembers. Then it answers as it did then, and nothing is trimmed.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="entry">The entry; its id is the engine's to make.</param>
    /// <param name="key">By what the append is known.</param>
    /// <param name="options">Its options.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The id, or null where there is no stream and <see cref="AppendOptions.CreateStream"/> is false.</returns>
    ValueTask<StreamEntryId?> AppendOnceAsync(
        StreamName stream, in AppendEntry entry, IdempotencyKey key, AppendOptions? options = null, CancellationToken cancellation = default);

    /// <summary>
    /// XADD, many at once: appends the entries in order, and trims. An entry that is refused does not stop the others. So many as there is room for at once are appended in one
    /// step; between the steps others may append, and what fails then is told of its entries alone.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="results">What became of each; as long as <paramref name="entries"/>.</param>
    /// <param name="options">Options for all of them.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask AppendAsync(StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions? options = null, CancellationToken cancellation = default);

    /// <summary>
    /// XREAD. A read that waits is served in order of arrival among those who wait; a cancelled one has delivered nothing.
    /// </summary>
    /// <returns>The entries, or <see cref="EntryBatch.Empty"/> where there was nothing in time.</returns>
    ValueTask<EntryBatch> ReadAsync(ReadRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// XREADGROUP. A read that waits is served in order of arrival among those who wait; a cancelled one has delivered nothing, or fails with
    /// <see cref="StreamEngineException.MayHaveTakenEffect"/> where that cannot be told, as one whose answer was lost. Such a read may still be delivered something,
    /// for no longer than <see cref="LongestUnheardRead"/>. It fails with <see cref="StreamErrorCode.NoGroup"/> when the stream or its group goes while it waits.
    /// </summary>
    /// <returns>The entries, or <see cref="EntryBatch.Empty"/> where there was nothing in time.</returns>
    ValueTask<EntryBatch> ReadGroupAsync(ReadGroupRequest request, CancellationToken cancellation = default);

    /// <summary>XACK: asks nobody who owns the entries; workers use <see cref="SettleAsync"/>.</summary>
    /// <returns>The number of entries that were pending.</returns>
    ValueTask<long> AcknowledgeAsync(StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default);

    /// <summary>XACKDEL (8.2): acknowledges entries, whoever owns them, and deletes those that were pending, all in one step.</summary>
    /// <param name="stream">The stream; where there is none, or no such group, nothing is found.</param>
    /// <param name="group">The group in which they are pending.</param>
    /// <param name="ids">The entries.</param>
    /// <param name="references">What is done about other groups that refer to them.</param>
    /// <param name="outcomes">What became of each; as long as <paramref name="ids"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask AcknowledgeAndDeleteAsync(
        StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes,
        CancellationToken cancellation = default);

    /// <summary>Settles entries of one owner, each only if it is still the owner's, all in one step.</summary>
    /// <param name="request">The settlements.</param>
    /// <param name="outcomes">What became of each; as long as the settlements.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask SettleAsync(SettleRequest request, Memory<SettlementOutcome> outcomes, CancellationToken cancellation = default);

    /// <summary>XNACK (8.8): hands pending entries back, which are nobody's then. Any minimum idle time lets them be claimed, those handed back first before all others.</summary>
    /// <returns>The number of entries handed back.</returns>
    ValueTask<long> NackAsync(NackRequest request, CancellationToken cancellation = default);

    /// <summary>XCLAIM.</summary>
    /// <returns>The entries claimed, with their new delivery counts and the idle time they had.</returns>
    ValueTask<EntryBatch> ClaimAsync(ClaimRequest request, CancellationToken cancellation = default);

    /// <summary>XAUTOCLAIM.</summary>
    ValueTask<AutoClaimResult> AutoClaimAsync(AutoClaimRequest request, CancellationToken cancellation = default);

    /// <summary>XPENDING, the summary.</summary>
    ValueTask<PendingSummary> GetPendingSummaryAsync(StreamName stream, StreamName group, CancellationToken cancellation = default);

    /// <summary>XPENDING, the list.</summary>
    ValueTask<IReadOnlyList<PendingEntry>> GetPendingAsync(PendingRequest request, CancellationToken cancellation = default);

    /// <summary>XRANGE, or XREVRANGE with <paramref name="reverse"/>.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="start">The smallest id.</param>
    /// <param name="end">The greatest id.</param>
    /// <param name="count">The most entries; null is no limit, 0 or less gives none.</param>
    /// <param name="reverse">Whether the greatest id comes first.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask<EntryBatch> RangeAsync(StreamName stream, RangeBound start, RangeBound end, int? count = null, bool reverse = false, CancellationToken cancellation = default);

    /// <summary>XDEL.</summary>
    /// <returns>The number of entries deleted.</returns>
    ValueTask<long> DeleteAsync(StreamName stream, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default);

    /// <summary>XDELEX (8.2): deletes entries, all in one step. With <see cref="EntryReferences.Delete"/> one that is gone already is pending no more either.</summary>
    /// <param name="stream">The stream; where there is none, nothing is found.</param>
    /// <param name="ids">The entries.</param>
    /// <param name="references">What is done about groups that refer to them.</param>
    /// <param name="outcomes">What became of each; as long as <paramref name="ids"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask DeleteAsync(
        StreamName stream, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes, CancellationToken cancellation = default);

    /// <summary>
    /// Moves entries from one stream to another of the same hash slot, all in one step: each that is still there is appended to the one, with new fields and an id of
    /// the engine's, and deleted from the other. What is not there, or was named before, is left out. Of a call that fails nothing is moved, unless
    /// <see cref="StreamEngineException.MayHaveTakenEffect"/>; then asking again moves what is still there.
    /// </summary>
    /// <param name="request">The streams and the entries.</param>
    /// <param name="newIds">The new id of each, or null where it was not moved; as long as the entries.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask MoveAsync(MoveRequest request, Memory<StreamEntryId?> newIds, CancellationToken cancellation = default);

    /// <summary>XTRIM.</summary>
    /// <returns>The number of entries removed.</returns>
    ValueTask<long> TrimAsync(StreamName stream, StreamTrim trim, CancellationToken cancellation = default);

    /// <summary>
    /// Why the engine knows without asking that it cannot serve now, such as a lost connection, with what and since when; null where it can, or does not know.
    /// </summary>
    string? Outage => null;

    /// <summary>
    /// Asks, before a host starts, whether the engine could serve it, as far as that can be told without changing anything. An engine that can't tell has nothing to do.
    /// </summary>
    /// <param name="consumed">The groups that the host will read, and their streams.</param>
    /// <param name="published">The streams to which it will append.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: it could not; the message says what to do.</exception>
    ValueTask CheckAsync(
        IReadOnlyCollection<(StreamName Stream, StreamName Group)> consumed, IReadOnlyCollection<StreamName> published, CancellationToken cancellation = default) => default;
}
