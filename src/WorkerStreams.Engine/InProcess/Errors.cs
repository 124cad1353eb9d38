namespace WorkerStreams.Engine.InProcess;

/// <summary>Redis's texts for what a command refuses.</summary>
internal static class Errors
{
    public static StreamEngineException Arity(string command) => StreamEngineException.InvalidArgument($"wrong number of arguments for '{command}' command");

    public static StreamEngineException ZeroId() => new(StreamErrorCode.IdTooSmall, "ERR The ID specified in XADD must be greater than 0-0");

    public static StreamEngineException IdNotGreater() =>
        new(StreamErrorCode.IdTooSmall, "ERR The ID specified in XADD is equal or smaller than the target stream top item");

    public static StreamEngineException IdsExhausted() =>
        new(StreamErrorCode.IdTooSmall, "ERR The stream has exhausted the last possible ID, unable to add more items");

    public static StreamEngineException EntryTooLarge(int bytes, int limit) => new(
        StreamErrorCode.EntryTooLarge,
        $"ERR Elements are too large to be stored: {bytes} bytes, {nameof(InProcessEngineOptions.MaxEntryBytes)} is {limit}");

    public static StreamEngineException OutOfMemory(long used, long limit) => new(
        StreamErrorCode.OutOfMemory,
        $"OOM command not allowed when used memory > 'maxmemory'. {used} bytes are used, {nameof(InProcessEngineOptions.MaxMemory)} is {limit}");

    public static StreamEngineException TooLargeToCopy(StreamName stream, long bytes, long limit) =>
        new(StreamErrorCode.EntryTooLarge, $"ERR the stream '{stream}' is too large to be copied in one step: {bytes} bytes or more, {limit} are the most");

    public static StreamEngineException TooMuchAtOnce(long bytes, long limit) =>
        StreamEngineException.InvalidArgument($"the command may change too much in one step: the journal would need {bytes} bytes for it, {limit} are the most. Do it in parts");

    public static StreamEngineException DiskFull() => new(StreamErrorCode.DiskFull, "ERR the disk is full: nothing was stored");

    public static StreamEngineException NoSuchKey() => new(StreamErrorCode.NoStream, "ERR no such key");

    public static StreamEngineException GroupNeedsStream() => new(
        StreamErrorCode.NoStream,
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.");

    public static StreamEngineException GroupExists() => new(StreamErrorCode.GroupExists, "BUSYGROUP Consumer Group name already exists");

    public static StreamEngineException NoGroup(StreamName stream, StreamName group) =>
        new(StreamErrorCode.NoGroup, $"NOGROUP No such key '{stream}' or consumer group '{group}'");

    public static StreamEngineException NoGroupToRead(StreamName stream, StreamName group) =>
        new(StreamErrorCode.NoGroup, $"NOGROUP No such key '{stream}' or consumer group '{group}' in XREADGROUP with GROUP option");

    public static StreamEngineException NoGroupOfStream(StreamName stream, StreamName group) =>
        new(StreamErrorCode.NoGroup, $"NOGROUP No such consumer group '{group}' for key name '{stream}'");

    public static StreamEngineException SetIdTooSmall(string thanWhat) =>
        new(StreamErrorCode.IdTooSmall, $"ERR The ID specified in XSETID is smaller than {thanWhat}");

    public static StreamEngineException Closed() => new(StreamErrorCode.Unavailable, "ERR the engine is closed");
}
