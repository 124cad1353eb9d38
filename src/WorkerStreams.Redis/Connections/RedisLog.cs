using Microsoft.Extensions.Logging;

namespace WorkerStreams.Redis.Connections;

/// <summary>What the remote engine logs. Event ids from 300 on.</summary>
internal static partial class RedisLog
{
    /// <summary>The category, as an application filters by it.</summary>
    public const string Category = "WorkerStreams.Redis";

    [LoggerMessage(300, LogLevel.Information, "Connected to {Servers}.")]
    public static partial void Connected(ILogger logger, string servers);

    [LoggerMessage(301, LogLevel.Warning, "Lost the connection to {Server}: {Reason}. It is made anew as soon as the server answers.")]
    public static partial void Lost(ILogger logger, string server, string reason);

    [LoggerMessage(302, LogLevel.Information, "The connection to {Server}, lost since {Since:O}, is restored.")]
    public static partial void Restored(ILogger logger, string server, DateTimeOffset since);

    [LoggerMessage(303, LogLevel.Warning, "Failed over: {Now} has the streams now, which {Before} had.")]
    public static partial void FailedOver(ILogger logger, string now, string before);

    [LoggerMessage(304, LogLevel.Error, "{Refusal} Every call fails while that is so.")]
    public static partial void Refused(ILogger logger, string refusal);

    [LoggerMessage(305, LogLevel.Warning, "Streams can be lost on {Server}: {Danger}. Set maxmemory-policy to noeviction.")]
    public static partial void Evicts(ILogger logger, string server, string danger);

    [LoggerMessage(306, LogLevel.Warning, "Streams can be lost on {Server}: {Danger}. Set appendonly to yes where they matter.")]
    public static partial void KeepsNothing(ILogger logger, string server, string danger);

    [LoggerMessage(307, LogLevel.Warning, "The client has failed in {Origin}.")]
    public static partial void ClientFailed(ILogger logger, Exception? error, string origin);
}
