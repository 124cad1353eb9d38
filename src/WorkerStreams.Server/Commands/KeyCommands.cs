using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on keys, whatever they hold.</summary>
internal static class KeyCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("del", -2, "Deletes keys.", DeleteAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = -1 },
        new("unlink", -2, "Deletes keys.", DeleteAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = -1 },
        new("exists", -2, "Counts which of the keys exist.", ExistsAsync) { FirstKey = 1, LastKey = -1 },
        new("touch", -2, "Counts which of the keys exist.", ExistsAsync) { FirstKey = 1, LastKey = -1 },
        new("type", 2, "Tells what a key holds.", TypeAsync) { FirstKey = 1, LastKey = 1 },
        new("keys", 2, "Lists the keys that match a pattern.", ListAsync),
        new("scan", -2, "Lists keys, some at a time.", Scan.AnswerAsync),
        new("randomkey", 1, "Tells a key at random.", RandomAsync),
        new("dbsize", 1, "Counts the keys.", SizeAsync),
        new("rename", 3, "Gives a key another name.", RenameAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 2 },
        new("renamenx", 3, "Gives a key another name, if nothing has it.", RenameIfFreeAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 2 },
        new("copy", -3, "Copies a key.", CopyAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 2 },
        new("move", 3, "Moves a key to another database.", MoveAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
        new("swapdb", 3, "Exchanges the keys of two databases.", SwapAsync) { Writes = true, IsAlone = true },
        new("flushall", -1, "Deletes all keys.", static (session, request) => FlushAsync(session, request, all: true)) { Writes = true, IsAlone = true },
        new("flushdb", -1, "Deletes all keys of the database.", static (session, request) => FlushAsync(session, request, all: false)) { Writes = true, IsAlone = true },
    ];

    /// <exception cref="CommandException">There is no such database.</exception>
    public static int Database(int number) => number is >= 0 and < Keys.Database.Count ? number : throw new CommandException("ERR DB index is out of range");

    private static async ValueTask DeleteAsync(Session session, Request request)
    {
        var deleted = 0;
        for (var i = 1; i < request.Count; i++)
            deleted += await session.Keys.RemoveAsync(session.AnyKey(request[i])) ? 1 : 0;
        session.Reply.Number(deleted);
    }

    private static async ValueTask ExistsAsync(Session session, Request request)
    {
        var there = 0;
        for (var i = 1; i < request.Count; i++)
        {
            var key = session.AnyKey(request[i]);
            there += session.Keys.Find(key) is not null || await session.Engine.ExistsAsync(key) ? 1 : 0;
        }
        session.Reply.Number(there);
    }

    private static async ValueTask TypeAsync(Session session, Request request)
    {
        var key = session.AnyKey(request[1]);
        if (session.Keys.Find(key) is { } value)
            session.Reply.Simple(System.Text.Encoding.ASCII.GetBytes(value.Type));
        else
            session.Reply.Simple(await session.Engine.ExistsAsync(key) ? "stream"u8 : "none"u8);
    }

    private static async ValueTask ListAsync(Session session, Request request)
    {
        var pattern = KeyPattern.Of(request[1]);
        var keys = (await session.Keys.ListAsync(session.Database)).FindAll(key => pattern.Matches(Keys.Database.KeyOf(key)));
        session.Reply.Array(keys.Count);
        foreach (var key in keys)
            session.Reply.Bulk(Keys.Database.KeyOf(key));
    }

    private static async ValueTask RandomAsync(Session session, Request request)
    {
        var keys = await session.Keys.ListAsync(session.Database);
        if (keys.Count == 0)
            session.Reply.Null();
        else
            session.Reply.Bulk(Keys.Database.KeyOf(keys[System.Random.Shared.Next(keys.Count)]));
    }

    private static async ValueTask SizeAsync(Session session, Request request) => session.Reply.Number((await session.Keys.ListAsync(session.Database)).Count);

    private static async ValueTask RenameAsync(Session session, Request request)
    {
        var (key, newKey) = (Existing(session, request[1]), session.AnyKey(request[2]));
        CheckRoom(session, key, newKey);
        await session.Keys.RenameAsync(key, newKey);
        session.Reply.Ok();
    }

    private static async ValueTask RenameIfFreeAsync(Session session, Request request)
    {
        var (key, newKey) = (Existing(session, request[1]), session.AnyKey(request[2]));
        var isFree = !session.Keys.Exists(newKey);
        if (isFree)
        {
            CheckRoom(session, key, newKey);
            await session.Keys.RenameAsync(key, newKey);
        }
        session.Reply.Number(isFree ? 1 : 0);
    }

    private static async ValueTask CopyAsync(Session session, Request request)
    {
        var (database, replaces) = (session.Database, false);
        for (var i = 3; i < request.Count; i++)
        {
            if (request.Is(i, "REPLACE"u8))
                replaces = true;
            else if (request.Is(i, "DB"u8) && i + 1 < request.Count)
                database = Database(request.ShortNumber(++i));
            else
                throw CommandException.Syntax();
        }
        var (key, newKey) = (session.AnyKey(request[1]), Keys.Database.NameOf(database, request[2]));
        if (key == newKey)
            throw new CommandException("ERR source and destination objects are the same");
        var copies = session.Keys.Exists(key) && (replaces || !session.Keys.Exists(newKey));
        if (copies)
        {
            session.Keys.CheckRoom();
            await session.Keys.CopyAsync(key, newKey);
        }
        session.Reply.Number(copies ? 1 : 0);
    }

    private static async ValueTask MoveAsync(Session session, Request request)
    {
        var database = Database(request.ShortNumber(2));
        if (database == session.Database)
            throw new CommandException("ERR source and destination objects are the same");
        var (key, newKey) = (session.AnyKey(request[1]), Keys.Database.NameOf(database, request[1]));
        var moves = session.Keys.Exists(key) && !session.Keys.Exists(newKey);
        if (moves)
            await session.Keys.RenameAsync(key, newKey);
        session.Reply.Number(moves ? 1 : 0);
    }

    private static async ValueTask SwapAsync(Session session, Request request)
    {
        var (first, second) = (request.ShortNumber(1, "invalid first DB index"), request.ShortNumber(2, "invalid second DB index"));
        await session.Keys.SwapAsync(Database(first), Database(second));
        session.Reply.Ok();
    }

    private static async ValueTask FlushAsync(Session session, Request request, bool all)
    {
        if (request.Count > 2 || (request.Count == 2 && !request.Is(1, "SYNC"u8) && !request.Is(1, "ASYNC"u8)))
            throw CommandException.Syntax();
        for (var database = all ? 0 : session.Database; database < (all ? Keys.Database.Count : session.Database + 1); database++)
        {
            foreach (var key in session.Keys.KeysOf(database).ToList())
                await session.Keys.RemoveAsync(key);
        }
        session.Reply.Ok();
    }

    // For a longer name.
    private static void CheckRoom(Session session, StreamName key, StreamName newKey)
    {
        if (newKey.Bytes.Length > key.Bytes.Length && session.Keys.Find(key) is not null)
            session.Keys.CheckRoom();
    }

    private static StreamName Existing(Session session, ReadOnlySpan<byte> word)
    {
        var key = session.AnyKey(word);
        return session.Keys.Exists(key) ? key : throw CommandException.NoSuchKey();
    }
}
