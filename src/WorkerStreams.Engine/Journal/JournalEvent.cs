namespace WorkerStreams.Engine.Journal;

/// <summary>Something of a journal that an operator may want to know.</summary>
internal sealed record JournalEvent(JournalEventKind Kind, string Message);

internal enum JournalEventKind
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
}
