using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>What producers log. Event ids from 200 on.</summary>
internal static partial class ProducerLog
{
    [LoggerMessage(200, LogLevel.Warning, "Stream {Stream} has a producer without retention and grows without bound. Set MaxLength, MaxAge or UntilAcknowledged, or KeepForever where that is meant.")]
    public static partial void NoRetention(ILogger logger, StreamName stream);

    [LoggerMessage(201, LogLevel.Warning, "Stream {Stream}: {Count} publishes had no answer within the time for shutdown; their messages may be stored.")]
    public static partial void FlushIncomplete(ILogger logger, StreamName stream, int count);

    [LoggerMessage(202, LogLevel.Warning, "Stream {Stream}: trimming has passed {AtLeast}{Count} entries that group {Group}, at {Position}, was never delivered: they are lost to it. Have it read faster, keep more, or set UntilAcknowledged.")]
    public static partial void TrimmedUndelivered(ILogger logger, StreamName stream, StreamName group, StreamEntryId position, string atLeast, long count);

    [LoggerMessage(203, LogLevel.Warning, "Stream {Stream}: group {Group}, at {Position}, has not acknowledged {UpTo}{Count} entries, which are kept for it, and none of its consumers was seen for {Quiet}. Start its consumers, or remove it by XGROUP DESTROY.")]
    public static partial void Pinned(ILogger logger, StreamName stream, StreamName group, StreamEntryId position, string upTo, long count, TimeSpan quiet);

    [LoggerMessage(204, LogLevel.Warning, "Stream {Stream} is trimmed of what every group has acknowledged, but it has had no group for {Quiet}: it keeps all of its {Count} entries, and grows.")]
    public static partial void NoGroup(ILogger logger, StreamName stream, TimeSpan quiet, long count);

    [LoggerMessage(EventId = 205, Message = "Stream {Stream}: its retention could not be seen to; it is tried again in {Delay}.")]
    public static partial void RetentionFailed(ILogger logger, LogLevel level, Exception error, StreamName stream, TimeSpan delay);
}
