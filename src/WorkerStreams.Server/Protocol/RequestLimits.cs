namespace WorkerStreams.Server.Protocol;

/// <summary>What a client may send.</summary>
/// <param name="MaxBytes">The most bytes of one command.</param>
internal sealed record RequestLimits(int MaxBytes)
{
    /// <summary>The longest line, be it a command or a number, in bytes. As in Redis.</summary>
    public const int MaxLine = 64 * 1024;

    /// <summary>The most words of a command.</summary>
    public const int MaxWords = 1024 * 1024;

    /// <summary>The most words of a command of a client that is not known yet. As in Redis.</summary>
    public const int MaxStrangersWords = 10;

    /// <summary>The most bytes of a word of a client that is not known yet. As in Redis.</summary>
    public const int MaxStrangersWord = 16 * 1024;
}

/// <summary>What became of reading a command.</summary>
internal enum ReadStatus
{
    /// <summary>There is not yet enough to tell.</summary>
    Incomplete,

    /// <summary>There is one. It may have no words; then there is nothing to do or to answer.</summary>
    Complete,

    /// <summary>What was received is no command: the client is told, and its connection ends.</summary>
    Broken,
}
