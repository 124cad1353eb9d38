namespace WorkerStreams.Engine;

/// <summary>An entry to be appended.</summary>
/// <param name="Fields">The fields; their bytes are copied before the call returns. At least one field.</param>
/// <param name="Id">The id asked for; by default the engine makes it.</param>
public readonly record struct AppendEntry(EntryFields Fields, NewEntryId Id = default);

/// <summary>The options of an append that hold for all its entries. Make it once and keep it.</summary>
public sealed record AppendOptions
{
    /// <summary>False is NOMKSTREAM: nothing is appended where the stream does not exist. Default: true.</summary>
    public bool CreateStream { get; init; } = true;

    /// <summary>Trims after the append. Default: null, no trimming.</summary>
    public StreamTrim? Trim { get; init; }

    /// <summary>The stream is created and nothing trimmed.</summary>
    public static AppendOptions Default { get; } = new();
}

/// <summary>What became of one entry of a batch append.</summary>
/// <param name="Status">Whether it is stored.</param>
/// <param name="Id">Its id, where it is stored.</param>
/// <param name="Error">The reason, where it is not, or may not be.</param>
public readonly record struct AppendResult(AppendStatus Status, StreamEntryId Id, StreamEngineException? Error = null);

/// <summary>Whether an entry is stored.</summary>
public enum AppendStatus
{
    /// <summary>The engine has accepted it.</summary>
    Stored,

    /// <summary>There is no such stream, and <see cref="AppendOptions.CreateStream"/> is false.</summary>
    NoStream,

    /// <summary>It is certainly not stored.</summary>
    NotStored,

    /// <summary>The engine's answer got lost: it may be stored.</summary>
    MaybeStored,
}
