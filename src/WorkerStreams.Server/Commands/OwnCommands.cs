using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>
/// Commands of our own, for the steps of the framework that no command of Redis takes: with the keys, the arguments and the reply of the script that takes them on a server of Redis.
/// </summary>
internal static class OwnCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        .. OwnSettlement.All,
        .. OwnClaims.All,
        .. OwnNames.All,
        .. OwnEntries.All,
    ];

    public static Command Of(string name, string summary, Func<Session, OwnWords, ValueTask> handler, int leastArguments, int leastKeys = 1, int mostKeys = 1)
    {
        var least = 2 + leastKeys + leastArguments;
        return new(name, -least, summary, HandleAsync) { Writes = true, FirstKey = 2, LastKey = 1 + leastKeys };

        ValueTask HandleAsync(Session session, Request request) => handler(session, OwnWords.Parse(session, request, name, leastKeys, mostKeys, leastArguments));
    }
}
