namespace OrderProcessing;

/// <summary>What the command line asks for.</summary>
internal sealed record RunOptions
{
    /// <summary>The order lines, as CSV.</summary>
    public required FileInfo Input { get; init; }

    /// <summary>The ledger; null is a fresh temporary one.</summary>
    public FileInfo? Ledger { get; init; }

    /// <summary>Where the streams are.</summary>
    public required EngineChoice Engine { get; init; }

    /// <summary>The server's replicas that are to have a line before it counts as published.</summary>
    public required int Replicas { get; init; }

    /// <summary>Handlers that run at once.</summary>
    public required int Concurrency { get; init; }

    /// <summary>The probability, 0 to 1, that a call of the handler throws.</summary>
    public required double FailRate { get; init; }

    /// <summary>Where to serve the health checks; null is nowhere.</summary>
    public string? Serve { get; init; }
}
