using System.Net;
using Microsoft.Extensions.Logging;

namespace WorkerStreams.Server.Hosting;

/// <summary>What the listener tells.</summary>
internal static partial class ListenerLog
{
    [LoggerMessage(EventId = 700, Level = LogLevel.Information, Message = "Redis clients are listened for on {EndPoint}")]
    public static partial void Listening(this ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(EventId = 701, Level = LogLevel.Error, Message = "The connection of {Client} ends: what it asked for failed in a way that is no refusal")]
    public static partial void Failed(this ILogger logger, Exception exception, EndPoint? client);
}
