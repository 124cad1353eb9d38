namespace WorkerStreams.Redis.Servers;

/// <summary>What not every server can do.</summary>
internal enum ServerAbility
{
    AutoClaim,

    GroupLag,

    References,

    ClaimingReads,

    IdempotentAppends,

    IdempotencyRecords,

    NegativeAcknowledgements,
}
