using System.Globalization;
using System.Text;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on strings.</summary>
internal static class TextCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("set", -3, "Sets a string.", SetAsync) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("mset", -3, "Sets strings.", SetAllAsync) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = -1, KeyStep = 2 },
        new("setnx", 3, "Sets a string if there is no such key.", SetIfFreeAsync) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("get", 2, "Tells a string.", Get) { FirstKey = 1, LastKey = 1 },
        new("mget", -2, "Tells strings.", GetAll) { FirstKey = 1, LastKey = -1 },
        new("delex", -2, "Deletes a key, if it is a string that equals one, or does not.", DeleteIfAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
        new("getdel", 2, "Tells a string and deletes it.", GetAndDeleteAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
        new("strlen", 2, "Counts the bytes of a string.", Length) { FirstKey = 1, LastKey = 1 },
        new("append", 3, "Appends to a string.", AppendAsync) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("incr", 2, "Adds one to a number.", static (session, request) => AddAsync(session, request, 1)) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("decr", 2, "Takes one from a number.", static (session, request) => AddAsync(session, request, -1)) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("incrby", 3, "Adds to a number.", static (session, request) => AddAsync(session, request, request.Number(2))) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("decrby", 3, "Takes from a number.", TakeAsync) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
    ];

    private static async ValueTask SetAsync(Session session, Request request)
    {
        var options = SetOptions.Parse(session, request);
        var (key, keys) = (session.AnyKey(request[1]), session.Keys);
        // With GET it has to be a string.
        var before = options.Tells ? keys.Get<TextValue>(key) : null;
        var sets = !(options.IfFree && keys.Exists(key)) && !(options.IfThere && !keys.Exists(key)) && (!options.Compares || Allows(options, request, keys.Get<TextValue>(key)));
        if (sets)
        {
            await keys.PutAsync(key, new TextValue(request[2].ToArray()), options.KeepsExpiry);
            if (options.ExpiresAt is { } at && at <= session.Now)
                await keys.RemoveAsync(key);
            else if (options.ExpiresAt is { } later)
                keys.SetExpiry(key, later);
        }
        if (options.Tells)
            BulkOrNull(session.Reply, before);
        else if (sets)
            session.Reply.Ok();
        else
            session.Reply.Null();
    }

    // What is not there is not equal to anything.
    private static bool Allows(SetOptions options, Request request, TextValue? value) =>
        options.IfOther > 0
            ? value is null || !request[options.IfOther].SequenceEqual(value.Text)
            : value is not null && request[options.IfEqual].SequenceEqual(value.Text);

    private static async ValueTask DeleteIfAsync(Session session, Request request)
    {
        if (request.Count is not (2 or 4))
            throw CommandException.Arity("delex");
        var key = session.AnyKey(request[1]);
        var deletes = session.Keys.Exists(key);
        if (deletes && request.Count == 4)
        {
            if (session.Keys.Find(key) is not TextValue value)
                throw new CommandException("ERR Key should be of string type if conditions are specified");
            var isEqual = request[3].SequenceEqual(value.Text);
            deletes =
                request.Is(2, "IFEQ"u8) ? isEqual
                : request.Is(2, "IFNE"u8) ? !isEqual
                : throw new CommandException("ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
        }
        session.Reply.Number(deletes && await session.Keys.RemoveAsync(key) ? 1 : 0);
    }

    private static async ValueTask SetAllAsync(Session session, Request request)
    {
        if (request.Count % 2 == 0)
            throw CommandException.Arity("mset");
        for (var i = 1; i < request.Count; i += 2)
            await session.Keys.PutAsync(session.AnyKey(request[i]), new TextValue(request[i + 1].ToArray()));
        session.Reply.Ok();
    }

    // What is no string is nothing.
    private static ValueTask GetAll(Session session, Request request)
    {
        session.Reply.Array(request.Count - 1);
        for (var i = 1; i < request.Count; i++)
            BulkOrNull(session.Reply, session.Keys.Find(session.AnyKey(request[i])) as TextValue);
        return default;
    }

    private static async ValueTask SetIfFreeAsync(Session session, Request request)
    {
        var key = session.AnyKey(request[1]);
        var isFree = !session.Keys.Exists(key);
        if (isFree)
            await session.Keys.PutAsync(key, new TextValue(request[2].ToArray()));
        session.Reply.Number(isFree ? 1 : 0);
    }

    private static ValueTask Get(Session session, Request request)
    {
        BulkOrNull(session.Reply, session.Keys.Get<TextValue>(session.AnyKey(request[1])));
        return default;
    }

    private static async ValueTask GetAndDeleteAsync(Session session, Request request)
    {
        var key = session.AnyKey(request[1]);
        var value = session.Keys.Get<TextValue>(key);
        if (value is not null)
            await session.Keys.RemoveAsync(key);
        BulkOrNull(session.Reply, value);
    }

    private static ValueTask Length(Session session, Request request)
    {
        session.Reply.Number(session.Keys.Get<TextValue>(session.AnyKey(request[1]))?.Text.Length ?? 0);
        return default;
    }

    private static async ValueTask AppendAsync(Session session, Request request)
    {
        var key = session.AnyKey(request[1]);
        var before = session.Keys.Get<TextValue>(key);
        byte[] text = [.. before?.Text ?? [], .. request[2]];
        if (text.Length > session.Server.Options.MaxRequestBytes)
            throw new CommandException("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        await session.Keys.PutAsync(key, new TextValue(text, isGrown: before is not null), keepsExpiry: true);
        session.Reply.Number(text.Length);
    }

    private static ValueTask TakeAsync(Session session, Request request)
    {
        var number = request.Number(2);
        return number == long.MinValue ? throw new CommandException("ERR decrement would overflow") : AddAsync(session, request, -number);
    }

    private static async ValueTask AddAsync(Session session, Request request, long number)
    {
        var key = session.AnyKey(request[1]);
        var before = 0L;
        if (session.Keys.Get<TextValue>(key) is { } value && !Integer.TryParse(value.Text, out before))
            throw CommandException.NotInteger();
        if (number > 0 ? before > long.MaxValue - number : before < long.MinValue - number)
            throw new CommandException("ERR increment or decrement would overflow");
        await session.Keys.PutAsync(key, new TextValue(Encoding.ASCII.GetBytes((before + number).ToString(CultureInfo.InvariantCulture))), keepsExpiry: true);
        session.Reply.Number(before + number);
    }

    private static void BulkOrNull(ReplyWriter reply, TextValue? value)
    {
        if (value is null)
            reply.Null();
        else
            reply.Bulk(value.Text);
    }
}
