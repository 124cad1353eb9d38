using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>What producers log. Event ids from 200 on.</summary>
internal static partial class ProducerLog
{
    [LoggerMessage(200, LogLevel.Warning, "Stream {Stream}: {Count} publishes had no answer within the time for shutdown; their messages may be stored.")]
    public static partial void FlushIncomplete(ILogger logger, StreamName stream, int count);
}
