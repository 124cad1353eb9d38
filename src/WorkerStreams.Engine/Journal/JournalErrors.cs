namespace WorkerStreams.Engine.Journal;

/// <summary>What a journal refuses, in words that say which file, where in it, and what to do.</summary>
internal static class JournalErrors
{
    private const string Ways = "Restore the folder from a backup, or call InProcessStreamEngine.Repair: it cuts the journal off at the damage and keeps what is cut off beside it.";

    public static IOException NewerVersion(string file, int version) => new(
        $"'{file}' has version {version} of the journal's format; this library reads up to {FileHeader.Version}. "
        + "Use the library that wrote it, or a later one.");

    public static JournalDamagedException Damaged(IJournalFolder folder, Damage damage) =>
        new($"The journal in '{folder.Path}' is damaged: '{damage.File}' at byte {damage.Offset}: {damage.What} {Ways}");

    public static StreamEngineException Failed(Exception cause) => new(
        StreamErrorCode.Unavailable,
        "ERR the journal failed and takes nothing any more, since what memory knows must not get ahead of the disk. "
        + $"Start anew once the cause is gone: {cause.Message}",
        mayHaveTakenEffect: true,
        cause);

    public static StreamEngineException Closed() => new(StreamErrorCode.Unavailable, "ERR the journal is closed", mayHaveTakenEffect: true);

    public static IOException NoRoom(long needed, long free, long kept) =>
        new($"{needed} bytes are needed, and of {free} that are free on the disk {kept} are kept for a checkpoint, since that makes room.");

    public static InvalidOperationException NotReserved() => new("A record was appended for which no room was reserved.");
}

/// <summary>A file is not as it was written, or is missing.</summary>
internal sealed class JournalDamagedException(string message) : IOException(message);

/// <summary>What is wrong in which file, and where.</summary>
internal readonly record struct Damage(string File, long Offset, string What);
