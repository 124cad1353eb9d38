namespace WorkerStreams.Engine;

/// <summary>Something that an operator may want to know of a folder in which an engine keeps its streams.</summary>
/// <param name="Kind">What has happened.</param>
/// <param name="Message">The same in words, with what to do.</param>
public sealed record JournalEvent(JournalEventKind Kind, string Message);

/// <summary>What has happened to a folder in which an engine keeps its streams.</summary>
public enum JournalEventKind
{
    /// <summary>Recovery takes longer than a second; the message says how far it is.</summary>
    Recovering,

    /// <summary>The last writes before a crash were incomplete and were cut off.</summary>
    TornTailCut,

    /// <summary>The last checkpoint is damaged, and the one before it was loaded.</summary>
    CheckpointSkipped,

    /// <summary>There is no room for another segment.</summary>
    DiskFull,

    /// <summary>There is room again.</summary>
    DiskHasRoom,

    /// <summary>A write or a flush failed: the journal takes nothing any more.</summary>
    Failed,

    /// <summary>A checkpoint could not be written; it is tried again.</summary>
    CheckpointFailed,

    /// <summary>The log ends where a segment does, and no other is there: its end may have been lost, or may not have been restored.</summary>
    EndMayBeMissing,
}
