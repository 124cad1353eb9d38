namespace WorkerStreams.Engine;

/// <summary>A consumer's name in a group, which one holder at a time may have. It is held for some time, by the engine's clock, unless it is asked for again before.</summary>
public sealed record HoldRequest
{
    /// <summary>The stream.</summary>
    public required StreamName Stream { get; init; }

    /// <summary>The group; it must exist.</summary>
    public required StreamName Group { get; init; }

    /// <summary>The consumer's name.</summary>
    public required StreamName Consumer { get; init; }

    /// <summary>Who asks: bytes that no other holder has.</summary>
    public required StreamName Holder { get; init; }

    /// <summary>How long the name is held, from 1 ms.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The length of the holder's leases, which the other holders in the group are told.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>A holder known to be dead: if it is the one that has the name, its time is over. Default: none.</summary>
    public StreamName Instead { get; init; }
}

/// <summary>Who has a consumer's name.</summary>
/// <param name="Holder">Who has it: who asked, or another, and then nothing was changed.</param>
/// <param name="Left">For how long, unless the name is asked for again.</param>
/// <param name="OtherLeases">How long the leases of the others are that hold a name of the group.</param>
public sealed record HoldResult(StreamName Holder, TimeSpan Left, IReadOnlyList<TimeSpan> OtherLeases);
