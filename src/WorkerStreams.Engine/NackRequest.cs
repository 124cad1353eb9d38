namespace WorkerStreams.Engine;

/// <summary>XNACK (Redis 8.8): pending entries become nobody's, and wait to be claimed before all others.</summary>
public sealed record NackRequest
{
    /// <summary>The stream.</summary>
    public required StreamName Stream { get; init; }

    /// <summary>The group; it must exist.</summary>
    public required StreamName Group { get; init; }

    /// <summary>The entries, whoever owns them. Those that are not pending are left out.</summary>
    public required ReadOnlyMemory<StreamEntryId> Ids { get; init; }

    /// <summary>Why, which tells what becomes of the delivery counts.</summary>
    public required NackMode Mode { get; init; }

    /// <summary>RETRYCOUNT: the delivery count from now on, 0 or more. Default: by <see cref="Mode"/>.</summary>
    public long? DeliveryCount { get; init; }

    /// <summary>FORCE: entries that are in the stream but not pending become so, with a count of 0 unless told otherwise. Default: false.</summary>
    public bool Force { get; init; }
}

/// <summary>Why an entry is handed back.</summary>
public enum NackMode
{
    /// <summary>SILENT: its handling has not failed, as it was not begun or was broken off; the delivery count is lowered by one, not below 0.</summary>
    Silent,

    /// <summary>FAIL: its handling has failed; the delivery count stays.</summary>
    Fail,

    /// <summary>FATAL: it will never be handled; the delivery count is the greatest there is, by which others tell it.</summary>
    Fatal,
}
