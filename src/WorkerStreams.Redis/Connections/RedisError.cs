using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Connections;

/// <summary>What the client throws, in the words of the seam.</summary>
internal static class RedisError
{
    // By how they begin; of two that fit the first counts.
    private static readonly (string Start, StreamErrorCode Code)[] Codes =
    [
        ("ERR Invalid stream ID", StreamErrorCode.InvalidId),
        ("ERR invalid start ID", StreamErrorCode.InvalidRange),
        ("ERR invalid end ID", StreamErrorCode.InvalidRange),
        ("ERR The ID specified in X", StreamErrorCode.IdTooSmall),
        ("ERR The stream has exhausted", StreamErrorCode.IdTooSmall),
        ("ERR Elements are too large", StreamErrorCode.EntryTooLarge),
        ("ERR no such key", StreamErrorCode.NoStream),
        ("ERR The XGROUP subcommand requires the key to exist", StreamErrorCode.NoStream),
        // By a server that has come in the place of another and was not asked yet what it can do.
        ("ERR unknown command 'EVAL", StreamErrorCode.Unavailable),
        ("ERR unknown command 'WS.", StreamErrorCode.Unavailable),
        ("ERR unknown command `WS.", StreamErrorCode.Unavailable),
        ("ERR ", StreamErrorCode.InvalidArgument),
        ("CROSSSLOT ", StreamErrorCode.InvalidArgument),
        ("NOGROUP ", StreamErrorCode.NoGroup),
        // Redis 7.0, to a read whose stream goes while it waits.
        ("UNBLOCKED the stream key no longer exists", StreamErrorCode.NoGroup),
        ("BUSYGROUP ", StreamErrorCode.GroupExists),
        ("WRONGTYPE ", StreamErrorCode.WrongType),
        ("OOM ", StreamErrorCode.OutOfMemory),
        // A RESP listener's alone.
        ("DISKFULL ", StreamErrorCode.DiskFull),
    ];

    // So a RESP listener begins where its engine can't tell whether it has done what was asked, as when its journal fails.
    private const string Uncertain = "UNCERTAIN ";

    /// <summary>The error as the seam tells it, or null where it is none of the client's.</summary>
    public static StreamEngineException? Translate(Exception error) => error switch
    {
        RedisServerException refused => OfServer(refused.Message, refused),
        RedisConnectionException { FailureType: ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection } none =>
            Unavailable(none, mayHaveTakenEffect: false),
        RedisConnectionException lost => Unavailable(lost, lost.CommandStatus is not (CommandStatus.WaitingInBacklog or CommandStatus.WaitingToBeSent)),
        // What waits to be sent when the time is up may still be sent.
        RedisTimeoutException late => Unavailable(late, late.Commandstatus != CommandStatus.WaitingInBacklog),
        RedisCommandException unsent => Unavailable(unsent, mayHaveTakenEffect: false),
        ObjectDisposedException closed => new(StreamErrorCode.Unavailable, "ERR the engine is closed", innerException: closed),
        RedisException other => Unavailable(other, mayHaveTakenEffect: true),
        _ => null,
    };

    /// <summary>As a server answers XADD without a field, for what it would find out only in the midst of a script.</summary>
    public static StreamEngineException NoFields => OfServer("ERR wrong number of arguments for 'xadd' command");

    /// <summary>What a server answered. Whatever it does not take at all, as while it loads, is no fault of the command.</summary>
    public static StreamEngineException OfServer(string text, Exception? cause = null)
    {
        foreach (var (start, code) in Codes)
        {
            if (text.StartsWith(start, StringComparison.Ordinal))
                return new(code, text, innerException: cause);
        }
        return new(StreamErrorCode.Unavailable, text, mayHaveTakenEffect: text.StartsWith(Uncertain, StringComparison.Ordinal), innerException: cause);
    }

    private static StreamEngineException Unavailable(Exception cause, bool mayHaveTakenEffect) =>
        new(StreamErrorCode.Unavailable, Reason.Short(cause.Message), mayHaveTakenEffect, cause);
}
