using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;

namespace WorkerStreams.Server.Commands;

/// <summary>How a client is told what the engine refuses.</summary>
internal static class EngineErrors
{
    private const string Other = "ERR ";

    /// <summary>
    /// The engine's text, with the client's own keys. Where the command is not at fault it begins with a word of our own, for Redis has none: so a client knows whether something may have been done.
    /// </summary>
    public static string Tell(int database, StreamEngineException error)
    {
        var text = Database.Tell(database, error.Message);
        return WordOf(error) is { } word && text.StartsWith(Other, StringComparison.Ordinal) ? $"{word} {text.AsSpan(Other.Length)}" : text;
    }

    private static string? WordOf(StreamEngineException error) => error switch
    {
        { MayHaveTakenEffect: true } => "UNCERTAIN",
        { Code: StreamErrorCode.Unavailable } => "UNAVAILABLE",
        { Code: StreamErrorCode.DiskFull } => "DISKFULL",
        _ => null,
    };
}
