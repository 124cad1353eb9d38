namespace OrderProcessing;

/// <summary>What the program's exit status says.</summary>
internal static class ExitStatus
{
    /// <summary>Every order line is in the ledger.</summary>
    public const int Success = 0;

    /// <summary>Some are not: malformed in the input, or among the dead letters.</summary>
    public const int Incomplete = 1;

    /// <summary>The run could not start: a wrong option or setting, or a file or address that cannot be used.</summary>
    public const int Unusable = 2;

    /// <summary>It was told to stop before all was handled; 130 as shells have it.</summary>
    public const int Interrupted = 130;
}
