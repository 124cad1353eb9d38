namespace WorkerStreams.Engine.Journal;

/// <summary>What a change of a record is about, as FORMAT.md tells. The values are part of the format.</summary>
internal enum ChangeKind : byte
{
    StreamCreated = 1,
    StreamRemoved = 2,
    Appended = 3,
    Deleted = 4,
    Trimmed = 5,
    IdsSet = 6,
    TrimmedOut = 7,
    AppendedOnce = 8,
    IdempotencySet = 9,
    GroupCreated = 10,
    GroupRemoved = 11,
    PositionSet = 12,
    Delivered = 13,
    Assigned = 14,
    Acknowledged = 15,
    ConsumerCreated = 20,
    ConsumerRemoved = 21,
    ConsumerSeen = 22,
    ConsumerActive = 23,
    NameHeld = 24,

    /// <summary>In a checkpoint: what follows of the stream is as of a sequence.</summary>
    StreamAsOf = 30,

    /// <summary>In a checkpoint: nothing follows, and nothing is of a later sequence.</summary>
    CheckpointEnd = 31,

    /// <summary>In a checkpoint: the stream goes on with a chunk in a file.</summary>
    ChunkStored = 32,
}
