using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>What the settings give cause to say at start. Event ids from 1 on.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(1, LogLevel.Warning, "Stream {Stream} is published to and never trimmed. Set MaxLength or MaxAge on its producer, or KeepForever if it is meant to grow.")]
    public static partial void NoRetention(ILogger logger, StreamName stream);
}
