namespace WorkerStreams.Engine;

/// <summary>The commands that set up and inspect streams, groups and consumers.</summary>
public interface IStreamAdministration
{
    /// <summary>XLEN: the number of entries, 0 where there is no stream.</summary>
    ValueTask<long> GetLengthAsync(StreamName stream, CancellationToken cancellation = default);

    /// <summary>XSETID.</summary>
    /// <param name="stream">The stream; it must exist.</param>
    /// <param name="lastId">The last generated id from now on; not below the last entry's or the greatest deleted one.</param>
    /// <param name="entriesAdded">ENTRIESADDED, not below the length.</param>
    /// <param name="maxDeletedId">MAXDELETEDID, not above <paramref name="lastId"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask SetIdAsync(StreamName stream, StreamEntryId lastId, long? entriesAdded = null, StreamEntryId? maxDeletedId = null, CancellationToken cancellation = default);

    /// <summary>XCFGSET (8.6): how much the stream remembers of appends that are to be done once. What changes makes it forget all that it remembers.</summary>
    /// <param name="stream">The stream; it must exist.</param>
    /// <param name="duration">IDMP-DURATION, for how long: 1 to 86,400 seconds, in whole ones in Redis; null leaves it.</param>
    /// <param name="maxIds">IDMP-MAXSIZE, how many of each producer: 1 to 10,000; null leaves it. One of both is needed.</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask SetIdempotencyAsync(StreamName stream, TimeSpan? duration = null, int? maxIds = null, CancellationToken cancellation = default);

    /// <summary>
    /// XIDMPRECORD (8.6.2): the stream remembers an append that was done as it does one of <see cref="IStreamEngine.AppendOnceAsync"/>, until the time in its id is too long ago; for who
    /// brings a stream from elsewhere. Nothing changes where it does already.
    /// </summary>
    /// <param name="stream">The stream; it must exist.</param>
    /// <param name="key">By what the append is known: one with an id.</param>
    /// <param name="id">The entry; it must be in the stream.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidArgument"/>: there is no such entry, or by this key another one is known.</exception>
    ValueTask RecordIdempotencyAsync(StreamName stream, IdempotencyKey key, StreamEntryId id, CancellationToken cancellation = default);

    /// <summary>DEL: the stream goes with its groups; who waits in a group is woken with <see cref="StreamErrorCode.NoGroup"/>.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> DeleteStreamAsync(StreamName stream, CancellationToken cancellation = default);

    /// <summary>XGROUP CREATE.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="group">The group.</param>
    /// <param name="position">The id after which the group reads, or <see cref="GroupPosition.End"/>.</param>
    /// <param name="createStream">MKSTREAM: an empty stream is made where there is none.</param>
    /// <param name="entriesRead">ENTRIESREAD: the logical count of entries read, 0 or more; -1 or null is unknown. More than were ever appended counts as all of them (since Redis 8.2).</param>
    /// <param name="cancellation">Ends the call.</param>
    ValueTask CreateGroupAsync(StreamName stream, StreamName group, GroupPosition position, bool createStream = false, long? entriesRead = null, CancellationToken cancellation = default);

    /// <summary>XGROUP SETID: pending entries stay.</summary>
    /// <inheritdoc cref="CreateGroupAsync"/>
    ValueTask SetGroupIdAsync(StreamName stream, StreamName group, GroupPosition position, long? entriesRead = null, CancellationToken cancellation = default);

    /// <summary>XGROUP DESTROY: drops the group's pending entries and wakes its blocked readers with <see cref="StreamErrorCode.NoGroup"/>.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> DestroyGroupAsync(StreamName stream, StreamName group, CancellationToken cancellation = default);

    /// <summary>XGROUP CREATECONSUMER.</summary>
    /// <returns>Whether it is new.</returns>
    ValueTask<bool> CreateConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default);

    /// <summary>XGROUP DELCONSUMER: its pending entries are dropped and never delivered again.</summary>
    /// <returns>The number of entries dropped.</returns>
    ValueTask<long> DeleteConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default);

    /// <summary>
    /// Holds a consumer's name for one holder, which Redis has not, and makes the consumer if it is not there. The same holder may ask again, which begins the time anew. With its
    /// group a hold may go too; then the name is nobody's.
    /// </summary>
    /// <returns>Who has the name now.</returns>
    /// <exception cref="StreamEngineException">
    /// <see cref="StreamErrorCode.NoGroup"/>: there is no such group. <see cref="StreamErrorCode.OutOfMemory"/>: a new consumer or holder would go beyond the limit by more than 1/64 of it.
    /// </exception>
    ValueTask<HoldResult> HoldConsumerAsync(HoldRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// The holder gives the name up, and the consumer is deleted if nothing is pending for it, all in one step; else it is left to <see cref="CollectConsumersAsync"/>.
    /// Nothing is done where another holds the name.
    /// </summary>
    /// <returns>Whether there is no such consumer any more.</returns>
    ValueTask<bool> LeaveConsumerAsync(StreamName stream, StreamName group, StreamName consumer, StreamName holder, CancellationToken cancellation = default);

    /// <summary>
    /// XGROUP DELCONSUMER for consumers of which nothing is left: nothing is pending for them, nobody holds their names, and their holders have left, or they were not
    /// seen for at least <paramref name="minIdle"/>. All in one step.
    /// </summary>
    /// <returns>Those that were deleted.</returns>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.NoGroup"/>: there is no such group.</exception>
    ValueTask<IReadOnlyList<StreamName>> CollectConsumersAsync(StreamName stream, StreamName group, TimeSpan minIdle, CancellationToken cancellation = default);

    /// <summary>XINFO STREAM.</summary>
    ValueTask<StreamInfo> GetStreamInfoAsync(StreamName stream, CancellationToken cancellation = default);

    /// <summary>XINFO GROUPS, by name.</summary>
    ValueTask<IReadOnlyList<GroupInfo>> GetGroupsAsync(StreamName stream, CancellationToken cancellation = default);

    /// <summary>XINFO CONSUMERS, by name.</summary>
    ValueTask<IReadOnlyList<ConsumerInfo>> GetConsumersAsync(StreamName stream, StreamName group, CancellationToken cancellation = default);
}

/// <summary>The last delivered id that a group is given.</summary>
public readonly record struct GroupPosition
{
    private GroupPosition(StreamEntryId? id) => Id = id;

    /// <summary>The id, or null for the stream's last one (<c>$</c>).</summary>
    public StreamEntryId? Id { get; }

    /// <summary><c>$</c>: only entries appended from now on are delivered.</summary>
    public static GroupPosition End => default;

    /// <summary><c>0</c>: every entry of the stream is delivered.</summary>
    public static GroupPosition Beginning => new(StreamEntryId.MinValue);

    /// <summary>Entries after <paramref name="id"/> are delivered.</summary>
    public static GroupPosition After(StreamEntryId id) => new(id);
}
