using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>What producers log. Event ids from 200 on.</summary>
internal static partial class ProducerLog
{
    [LoggerMessage(200, LogLevel.Warning, "Stream {Stream} has a producer without retention and grows without bound. Set MaxLength or MaxAge, or KeepForever where that is meant.")]
    public static partial void NoRetention(ILogger logger, StreamName stream);

    [LoggerMessage(201, LogLevel.Warning, "Stream {Stream}: {Count} publishes had no answer within the time for shutdown; their messages may be stored.")]
    public static partial void FlushIncomplete(ILogger logger, StreamName stream, int count);
}
