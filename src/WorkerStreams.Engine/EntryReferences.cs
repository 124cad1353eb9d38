namespace WorkerStreams.Engine;

/// <summary>What is done about groups that still refer to an entry which is to go from its stream (Redis 8.2).</summary>
public enum EntryReferences
{
    /// <summary>KEEPREF: nothing; it stays pending where it is.</summary>
    Keep,

    /// <summary>DELREF: it is pending no more, in any group.</summary>
    Delete,

    /// <summary>ACKED: it goes only if every group was delivered it and none has it pending any more. Where there is no group, nothing refers to it.</summary>
    OnlyAcknowledged,
}

/// <summary>What became of an entry that was to be deleted (Redis 8.2).</summary>
public enum DeletionOutcome : byte
{
    /// <summary>It is not in the stream any more. Redis's 1.</summary>
    Deleted,

    /// <summary>It stays, for a group still refers to it. Redis's 2.</summary>
    Kept,

    /// <summary>It was not there: not in the stream, or not pending where it was to be acknowledged. Redis's -1.</summary>
    NotFound,
}
