namespace WorkerStreams.Engine.Journal;

/// <summary>A log as it was found, ready to be appended to.</summary>
internal sealed record RecoveredLog
{
    public required ulong Log { get; init; }

    /// <summary>The segments before the one that is appended to, from where replay begins.</summary>
    public required IReadOnlyList<Segment> Closed { get; init; }

    public required Segment Active { get; init; }

    /// <summary>Where in it the next record goes.</summary>
    public required int Position { get; init; }

    /// <summary>The segments that follow and have no records yet.</summary>
    public required IReadOnlyList<Segment> Prepared { get; init; }

    /// <summary>The files of segments that no checkpoint needs.</summary>
    public required IReadOnlyList<string> Free { get; init; }

    /// <summary>The room that is left in the segments.</summary>
    public long Room => Segment.RoomIn(Active.Size) + FileHeader.Bytes - Position + Prepared.Sum(segment => (long)Segment.RoomIn(segment.Size));

    /// <summary>The sequence of the checkpoint that was loaded, or 0.</summary>
    public required long Checkpoint { get; init; }

    public required long LastSequence { get; init; }

    /// <summary>Up to where the log says that everything was on the disk.</summary>
    public required long Marked { get; init; }

    /// <summary>The bytes of the records after the checkpoint.</summary>
    public required long Bytes { get; init; }
}
