namespace WorkerStreams.Engine;

/// <summary>Entries that leave one stream for another.</summary>
public sealed record MoveRequest
{
    /// <summary>The stream that they leave.</summary>
    public required StreamName Source { get; init; }

    /// <summary>The stream that they go to: one of the same hash slot, see <see cref="StreamName.Companion"/>. It is made where it does not exist.</summary>
    public required StreamName Destination { get; init; }

    /// <summary>The entries, in the order in which they are appended.</summary>
    public required ReadOnlyMemory<MoveEntry> Entries { get; init; }
}

/// <summary>An entry to be moved.</summary>
/// <param name="Id">Its id in the stream that it leaves.</param>
/// <param name="Fields">Its fields in the stream that it goes to; their bytes are copied before the call returns. At least one field.</param>
public readonly record struct MoveEntry(StreamEntryId Id, EntryFields Fields);
