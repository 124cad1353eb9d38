namespace WorkerStreams.Engine;

/// <summary>An engine refused or failed a command. The message is Redis's own text for that error, where Redis has it.</summary>
public sealed class StreamEngineException : Exception
{
    /// <summary>An error of an engine.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="message">Redis's text, with its leading code word (<c>ERR</c>, <c>NOGROUP</c> ...).</param>
    /// <param name="mayHaveTakenEffect">Whether the command may have been carried out although it failed.</param>
    /// <param name="innerException">The cause.</param>
    public StreamEngineException(StreamErrorCode code, string message, bool mayHaveTakenEffect = false, Exception? innerException = null)
        : base(message, innerException) => (Code, MayHaveTakenEffect) = (code, mayHaveTakenEffect);

    /// <summary>What went wrong.</summary>
    public StreamErrorCode Code { get; }

    /// <summary>Whether the command may have been carried out although it failed: the answer got lost on the way.</summary>
    public bool MayHaveTakenEffect { get; }

    internal static StreamEngineException InvalidId() => new(StreamErrorCode.InvalidId, "ERR Invalid stream ID specified as stream command argument");

    internal static StreamEngineException InvalidRangeStart() => new(StreamErrorCode.InvalidRange, "ERR invalid start ID for the interval");

    internal static StreamEngineException InvalidRangeEnd() => new(StreamErrorCode.InvalidRange, "ERR invalid end ID for the interval");

    internal static StreamEngineException InvalidArgument(string text) => new(StreamErrorCode.InvalidArgument, "ERR " + text);
}

/// <summary>What went wrong in an engine.</summary>
public enum StreamErrorCode
{
    /// <summary>A text is no id.</summary>
    InvalidId,

    /// <summary>An interval begins after the greatest id or ends before the smallest.</summary>
    InvalidRange,

    /// <summary>An argument is out of its range; the message names it.</summary>
    InvalidArgument,

    /// <summary>A new entry's id is 0-0, or not greater than the stream's last one, or there is none left; or an id to set is too small.</summary>
    IdTooSmall,

    /// <summary><c>NOGROUP</c>: there is no such stream or no such group in it.</summary>
    NoGroup,

    /// <summary><c>BUSYGROUP</c>: the group is there already.</summary>
    GroupExists,

    /// <summary>There is no such stream.</summary>
    NoStream,

    /// <summary><c>WRONGTYPE</c>: the key holds something other than a stream.</summary>
    WrongType,

    /// <summary>The entry is larger than the engine takes.</summary>
    EntryTooLarge,

    /// <summary><c>OOM</c>: the engine's memory limit is reached.</summary>
    OutOfMemory,

    /// <summary>The engine is closed or cannot be reached.</summary>
    Unavailable,

    /// <summary>The disk that the engine keeps its streams on is full. Nothing of the command was done; it can be tried again once there is room.</summary>
    DiskFull,
}
