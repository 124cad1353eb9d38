using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on keys, all of which are streams.</summary>
internal static class KeyCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("del", -2, "Deletes streams.", DeleteAsync) { Writes = true, FirstKey = 1, LastKey = -1 },
        new("unlink", -2, "Deletes streams.", DeleteAsync) { Writes = true, FirstKey = 1, LastKey = -1 },
        new("exists", -2, "Counts which of the streams exist.", ExistsAsync) { FirstKey = 1, LastKey = -1 },
        new("type", 2, "Tells whether a key is a stream.", TypeAsync) { FirstKey = 1, LastKey = 1 },
        new("dbsize", 1, "Counts the streams.", SizeAsync),
        new("flushall", -1, "Deletes all streams.", FlushAsync) { Writes = true },
        new("flushdb", -1, "Deletes all streams.", FlushAsync) { Writes = true },
    ];

    private static async ValueTask DeleteAsync(Session session, Request request)
    {
        var deleted = 0;
        for (var i = 1; i < request.Count; i++)
            deleted += await session.Engine.DeleteStreamAsync(session.Name(request[i])) ? 1 : 0;
        session.Reply.Number(deleted);
    }

    private static async ValueTask ExistsAsync(Session session, Request request)
    {
        var there = 0;
        for (var i = 1; i < request.Count; i++)
            there += await session.Keys.ExistsAsync(session.Name(request[i])) ? 1 : 0;
        session.Reply.Number(there);
    }

    private static async ValueTask TypeAsync(Session session, Request request) =>
        session.Reply.Simple(await session.Keys.ExistsAsync(session.Name(request[1])) ? "stream"u8 : "none"u8);

    private static ValueTask SizeAsync(Session session, Request request)
    {
        session.Reply.Number(session.Keys.GetKeys().Count);
        return default;
    }

    private static async ValueTask FlushAsync(Session session, Request request)
    {
        if (request.Count > 2 || (request.Count == 2 && !request.Is(1, "SYNC"u8) && !request.Is(1, "ASYNC"u8)))
            throw CommandException.Syntax();
        foreach (var key in session.Keys.GetKeys())
            await session.Engine.DeleteStreamAsync(key);
        session.Reply.Ok();
    }
}
