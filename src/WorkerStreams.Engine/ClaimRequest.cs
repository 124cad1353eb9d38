namespace WorkerStreams.Engine;

/// <summary>XCLAIM: pending entries become a consumer's own.</summary>
public sealed record ClaimRequest
{
    /// <summary>The stream.</summary>
    public required StreamName Stream { get; init; }

    /// <summary>The group; it must exist.</summary>
    public required StreamName Group { get; init; }

    /// <summary>The new owner; made on first mention.</summary>
    public required StreamName Consumer { get; init; }

    /// <summary>The entries.</summary>
    public required ReadOnlyMemory<StreamEntryId> Ids { get; init; }

    /// <summary>Entries idle for less are left alone. Default: zero; negative counts as zero.</summary>
    public TimeSpan MinIdle { get; init; }

    /// <summary>
    /// Entries of another owner are left alone (not in Redis; a condition of this seam, as for <see cref="IStreamEngine.SettleAsync"/>). Default: null, no condition.
    /// </summary>
    public StreamName? ExpectedOwner { get; init; }

    /// <summary>
    /// Who holds the name of <see cref="Consumer"/> (not in Redis): nothing is claimed while another does. Default: none, no condition.
    /// </summary>
    public StreamName Holder { get; init; }

    /// <summary>IDLE: the idle time that the entries have from now on. Default: zero. Not together with <see cref="DeliveredAt"/>.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>TIME: the time of delivery that the entries have from now on; a future one counts as now. Default: now.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>RETRYCOUNT: the delivery count from now on, 0 or more. Default: one more than before, or the same with <see cref="JustIds"/>.</summary>
    public long? DeliveryCount { get; init; }

    /// <summary>FORCE: entries that are in the stream but not pending become so. Default: false.</summary>
    public bool Force { get; init; }

    /// <summary>JUSTID: the reply has no fields and the delivery counts stay. Default: false.</summary>
    public bool JustIds { get; init; }

    /// <summary>LASTID: raises the group's last delivered id to this, where it is smaller. Default: null.</summary>
    public StreamEntryId? LastId { get; init; }
}

/// <summary>XAUTOCLAIM: the pending entries that are idle long enough, from a cursor on, become a consumer's own.</summary>
public sealed record AutoClaimRequest
{
    /// <summary>The stream.</summary>
    public required StreamName Stream { get; init; }

    /// <summary>The group; it must exist.</summary>
    public required StreamName Group { get; init; }

    /// <summary>The new owner; made on first mention.</summary>
    public required StreamName Consumer { get; init; }

    /// <summary>Entries idle for less are left alone. Negative counts as zero.</summary>
    public required TimeSpan MinIdle { get; init; }

    /// <summary>Where the scan of the pending entries starts. Default: the beginning.</summary>
    public RangeBound Start { get; init; }

    /// <summary>The most entries to claim; ten times as many are looked at. 1 or more. Default: 100.</summary>
    public int Count { get; init; } = 100;

    /// <summary>
    /// The claim ends after the entry whose fields bring the reply to this many bytes or more, as with <see cref="ReadRequest.MaxBytes"/> (not in Redis).
    /// Null is no limit; with <see cref="JustIds"/> there are no bytes to count. Default: null.
    /// </summary>
    public long? MaxBytes { get; init; }

    /// <summary>JUSTID: the reply has no fields and the delivery counts stay. Default: false.</summary>
    public bool JustIds { get; init; }
}

/// <summary>The reply of XAUTOCLAIM. Dispose it as its <see cref="Entries"/>.</summary>
/// <param name="NextStart">Where to go on; 0-0 when all were looked at.</param>
/// <param name="Entries">The claimed entries.</param>
/// <param name="DeletedIds">Pending ids that are no longer in the stream; they are not pending any more (Redis 7.0).</param>
public sealed record AutoClaimResult(StreamEntryId NextStart, EntryBatch Entries, IReadOnlyList<StreamEntryId> DeletedIds) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Entries.Dispose();
}
