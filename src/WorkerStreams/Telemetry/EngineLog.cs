using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>What the in-process engine logs of the folder in which it keeps its streams. Event ids from 250 on.</summary>
internal static partial class EngineLog
{
    public static void Tell(ILogger logger, JournalEvent told)
    {
        var level = LevelOf(told.Kind);
        Journal(logger, level, told.Message);
    }

    [LoggerMessage(EventId = 250, Message = "{Message}")]
    private static partial void Journal(ILogger logger, LogLevel level, string message);

    private static LogLevel LevelOf(JournalEventKind kind) => kind switch
    {
        JournalEventKind.Recovering or JournalEventKind.DiskHasRoom => LogLevel.Information,
        JournalEventKind.DiskFull => LogLevel.Error,
        JournalEventKind.Failed => LogLevel.Critical,
        _ => LogLevel.Warning,
    };
}
