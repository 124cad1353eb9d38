namespace WorkerStreams.Engine.Contract;

/// <summary>In what an engine may differ and still keep the contract: by the level of Redis it stands on, and by the way that leads to it.</summary>
/// <param name="Level">The version of Redis whose behaviour it has.</param>
public sealed record EngineTraits(Version Level)
{
    private static readonly Version V72 = new(7, 2), V74 = new(7, 4), V80 = new(8, 0), V82 = new(8, 2), V84 = new(8, 4), V86 = new(8, 6), V862 = new(8, 6, 2), V88 = new(8, 8);

    /// <summary>What the contracts are written for: Redis 8.8.</summary>
    public static EngineTraits Newest { get; } = new(V88);

    /// <summary>Redis 8.0.</summary>
    public static EngineTraits Redis80 { get; } = new(V80);

    /// <summary>Redis 7.0.</summary>
    public static EngineTraits Redis70 { get; } = new(new Version(7, 0));

    /// <summary>Valkey 9.1.</summary>
    public static EngineTraits Valkey91 { get; } = new(V72) { ReadsLastEntry = true, RecountsFromFirstEntry = true };

    /// <summary>7.2: a consumer appears, and is seen, whenever it is named, also where nothing was delivered or claimed; and its last success is told.</summary>
    public bool TracksEveryMention { get; } = Level >= V72;

    /// <summary>7.2: XSETID refuses an id below the greatest deleted one.</summary>
    public bool ChecksMaxDeletedOnSetId { get; } = Level >= V72;

    /// <summary>7.2: a blocked read that is woken acts as if it came only now; before, it ended with an answer of its own kind.</summary>
    public bool RepeatsBlockedReads { get; } = Level >= V72;

    /// <summary>7.2: <c>ms-*</c> where that millisecond is used up is refused as too small, before as too large.</summary>
    public bool TellsUsedUpMillisecond { get; } = Level >= V72;

    /// <summary>7.4: XREAD knows <c>+</c>, the last entry.</summary>
    public bool ReadsLastEntry { get; init; } = Level >= V74;

    /// <summary>7.4: where the last entry is deleted, <c>+</c> is the one before.</summary>
    public bool ReadsLastLiveEntry { get; } = Level >= V74;

    /// <summary>8.0: the lag of a group that stands before the first entry is the length, whatever was deleted or trimmed before that.</summary>
    public bool KnowsLagBehindFirstEntry { get; } = Level >= V80;

    /// <summary>8.0: what a group that stood before the first entry has read is counted anew from there.</summary>
    public bool RecountsFromFirstEntry { get; init; } = Level >= V80;

    /// <summary>8.2: trimming heeds what groups refer to.</summary>
    public bool TrimsByReferences { get; } = Level >= V82;

    /// <summary>8.2: the entries read that a group is given are no more than were ever appended.</summary>
    public bool CapsEntriesRead { get; } = Level >= V82;

    /// <summary>8.4: a group read can claim.</summary>
    public bool ClaimsOnRead { get; init; } = Level >= V84;

    /// <summary>8.6: an append can be done once, however often it is asked for.</summary>
    public bool AppendsOnce { get; } = Level >= V86;

    /// <summary>8.6.2: an append that was done can be recorded as one that is to be done once.</summary>
    public bool RecordsAppends { get; } = Level >= V862;

    /// <summary>8.8: entries can be handed back, and are nobody's then.</summary>
    public bool Nacks { get; } = Level >= V88;

    /// <summary>Whether history reads and claims tell delivery counts and idle times.</summary>
    public bool TellsDeliveries { get; init; } = true;

    /// <summary>Whether a cancelled read has certainly delivered nothing.</summary>
    public bool CancelsReads { get; init; } = true;

    /// <summary>Whether reads stop at <see cref="ReadRequest.MaxBytes"/>.</summary>
    public bool LimitsBytes { get; init; } = true;

    /// <summary>Whether an entry that is gone from the stream stays pending when it is renewed or released; where that is done by XCLAIM, it does not.</summary>
    public bool RenewsGoneEntries { get; init; } = true;

    /// <summary>Whether one read can take streams of several hash slots.</summary>
    public bool ReadsAcrossSlots { get; init; } = true;

    /// <summary>The largest entry, in bytes of its encoded fields, or null where it is too large to try.</summary>
    public int? MaxEntryBytes { get; init; }

    /// <summary>The most small entries in a node, the grain of approximate trimming.</summary>
    public int NodeMaxEntries { get; init; } = 100;
}
