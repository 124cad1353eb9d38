namespace WorkerStreams.Engine;

/// <summary>The settings of the in-process engine.</summary>
public sealed record InProcessEngineOptions
{
    /// <summary>
    /// The memory, in bytes, that entries and pending entries may take before no more is brought: appends, dead letters, moves and copies, and new groups and consumers beyond it, and new holders
    /// of their names 1/64 beyond it, fail with <see cref="StreamErrorCode.OutOfMemory"/>. Reads and claims never do: what they make pending counts, and may exceed it. With a <see cref="DataDirectory"/> entries leave memory before that, and are read back from there. 1 MiB or more; null is no limit. Default: null.
    /// </summary>
    public long? MaxMemory { get; init; }

    /// <summary>
    /// The largest entry, in bytes of its encoded fields; larger ones fail with <see cref="StreamErrorCode.EntryTooLarge"/>. A dead letter, which holds
    /// an entry and why it was given up, may be larger. 1 to 1 GiB. Default: 64 MiB.
    /// </summary>
    public int MaxEntryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most entries in a node, the grain of approximate trimming. 1 to 10,000. Default: 100, as Redis's <c>stream-node-max-entries</c>.</summary>
    public int NodeMaxEntries { get; init; } = 100;

    /// <summary>The most bytes of a node: its fields and 12 bytes for each entry, unless one entry alone is larger. 256 to 1 MiB. Default: 16 KiB.</summary>
    public int NodeMaxBytes { get; init; } = 16 * 1024;

    /// <summary>
    /// The folder in which the streams are kept, made where there is none; one process at a time has it. What it holds is there when an engine is made: entries, groups,
    /// pending entries, names. Null keeps the streams in memory alone. Default: null.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>What is promised of a call that has returned; means nothing without <see cref="DataDirectory"/>. Default: <see cref="FlushPolicy.EverySecond"/>.</summary>
    public FlushPolicy FlushPolicy { get; init; } = FlushPolicy.EverySecond;

    /// <summary>Is told what an operator may want to know of <see cref="DataDirectory"/>, on threads of the engine's. Must not throw. Default: nobody.</summary>
    public Action<JournalEvent>? JournalLog { get; init; }

    /// <summary>The clock for ids, idle times and waiting. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The bytes of a segment of the journal.</summary>
    internal int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The bytes of changes after which a checkpoint is worth its while, or more where the one before was large.</summary>
    internal long CheckpointBytes { get; init; } = 256 * 1024 * 1024;

    internal void Validate()
    {
        List<string> errors = [];
        Check(MaxMemory is null or >= 1 << 20, nameof(MaxMemory), MaxMemory, "1048576 bytes (1 MiB) or more, or null");
        Check(MaxEntryBytes is >= 1 and <= 1 << 30, nameof(MaxEntryBytes), MaxEntryBytes, "1 to 1073741824 bytes (1 GiB)");
        Check(NodeMaxEntries is >= 1 and <= 10_000, nameof(NodeMaxEntries), NodeMaxEntries, "1 to 10000");
        if (DataDirectory is "")
            errors.Add($"{nameof(InProcessEngineOptions)}.{nameof(DataDirectory)} is empty. Allowed: a path, or null.");
        if (!Enum.IsDefined(FlushPolicy))
            errors.Add($"{nameof(InProcessEngineOptions)}.{nameof(FlushPolicy)} is {FlushPolicy}. Allowed: {string.Join(", ", Enum.GetNames<FlushPolicy>())}.");
        Check(NodeMaxBytes is >= 256 and <= 1 << 20, nameof(NodeMaxBytes), NodeMaxBytes, "256 to 1048576 bytes (1 MiB)");
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors));

        void Check(bool valid, string setting, long? value, string allowed)
        {
            if (!valid)
                errors.Add($"{nameof(InProcessEngineOptions)}.{setting} is {value}. Allowed: {allowed}.");
        }
    }
}
