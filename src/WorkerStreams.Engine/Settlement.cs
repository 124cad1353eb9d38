namespace WorkerStreams.Engine;

/// <summary>What is to become of one pending entry.</summary>
public readonly record struct Settlement
{
    private Settlement(StreamEntryId id, SettlementKind kind, EntryFields deadLetter = default) => (Id, Kind, DeadLetterFields) = (id, kind, deadLetter);

    /// <summary>The entry.</summary>
    public StreamEntryId Id { get; }

    /// <summary>What is done.</summary>
    public SettlementKind Kind { get; }

    /// <summary>The fields of the dead letter, with <see cref="SettlementKind.DeadLetter"/>.</summary>
    public EntryFields DeadLetterFields { get; }

    /// <summary>The entry is done with.</summary>
    public static Settlement Acknowledge(StreamEntryId id) => new(id, SettlementKind.Acknowledge);

    /// <summary>The entry is done with and goes from the stream as well.</summary>
    public static Settlement AcknowledgeAndDelete(StreamEntryId id) => new(id, SettlementKind.AcknowledgeAndDelete);

    /// <summary>The owner still holds the entry: its idle time starts anew, its delivery count stays.</summary>
    public static Settlement Renew(StreamEntryId id) => new(id, SettlementKind.Renew);

    /// <summary>The owner gives the entry back: any minimum idle time lets another claim it at once, and its delivery count stays.</summary>
    public static Settlement Release(StreamEntryId id) => new(id, SettlementKind.Release);

    /// <summary>
    /// As <see cref="Release"/>, for an entry whose handling never started, or was broken off by its own host: its delivery count is lowered by one, not below 0.
    /// </summary>
    public static Settlement ReleaseUnstarted(StreamEntryId id) => new(id, SettlementKind.ReleaseUnstarted);

    /// <summary>The entry is done with, and these fields are appended to <see cref="SettleRequest.DeadLetterStream"/> in the same step.</summary>
    public static Settlement DeadLetter(StreamEntryId id, EntryFields fields) => new(id, SettlementKind.DeadLetter, fields);
}

/// <summary>What a settlement does.</summary>
public enum SettlementKind
{
    /// <summary>Not pending any more.</summary>
    Acknowledge,

    /// <summary>Not pending any more, and deleted from the stream.</summary>
    AcknowledgeAndDelete,

    /// <summary>Idle time zero, count unchanged.</summary>
    Renew,

    /// <summary>Idle time as long as can be, count unchanged.</summary>
    Release,

    /// <summary>Idle time as long as can be, count lowered by one.</summary>
    ReleaseUnstarted,

    /// <summary>Not pending any more, and appended to the dead letters.</summary>
    DeadLetter,
}

/// <summary>Settlements of one owner in one group, each done only if the entry is still the owner's.</summary>
public sealed record SettleRequest
{
    /// <summary>The stream.</summary>
    public required StreamName Stream { get; init; }

    /// <summary>The group.</summary>
    public required StreamName Group { get; init; }

    /// <summary>The consumer that must own the entries.</summary>
    public required StreamName Owner { get; init; }

    /// <summary>
    /// Who holds the owner's name, see <see cref="HoldRequest"/>: if it is another by now, nothing is changed, and every outcome is <see cref="SettlementOutcome.NotOwner"/>.
    /// Default: empty, and that is not looked at.
    /// </summary>
    public StreamName Holder { get; init; }

    /// <summary>The settlements, of any kinds mixed.</summary>
    public required ReadOnlyMemory<Settlement> Settlements { get; init; }

    /// <summary>Where dead letters go: a stream of the same hash slot, see <see cref="StreamName.Companion"/>. Needed only with <see cref="SettlementKind.DeadLetter"/>.</summary>
    public StreamName DeadLetterStream { get; init; }
}

/// <summary>What became of one settlement.</summary>
public enum SettlementOutcome : byte
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>Nothing was changed: another consumer owns the entry by now, or another holds the owner's name.</summary>
    NotOwner,

    /// <summary>
    /// Nothing was changed: the entry is not pending (it was acknowledged, or its group or stream is gone). Where sixteen acknowledgements or more and nothing else are
    /// asked for at once, a remote engine may know only how many were not pending, and says so of the first ones.
    /// </summary>
    NotPending,
}
