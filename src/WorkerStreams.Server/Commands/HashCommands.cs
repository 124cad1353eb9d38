using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on hashes.</summary>
internal static class HashCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("hset", -4, "Sets fields of a hash.", Set) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("hdel", -3, "Deletes fields of a hash.", Delete) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
        new("hget", 3, "Tells a field of a hash.", Get) { FirstKey = 1, LastKey = 1 },
        new("hgetall", 2, "Lists the fields of a hash.", List) { FirstKey = 1, LastKey = 1 },
        new("hlen", 2, "Counts the fields of a hash.", Count) { FirstKey = 1, LastKey = 1 },
    ];

    private static ValueTask Set(Session session, Request request)
    {
        if (request.Count % 2 != 0)
            throw CommandException.Arity("hset");
        var fields = Enumerable.Range(1, (request.Count - 2) / 2).Select(pair => (Name: new StreamName(request[2 * pair]), Value: request[(2 * pair) + 1].ToArray())).ToList();
        session.Reply.Number(session.Keys.Change<HashValue, int>(session.AnyKey(request[1]), hash => fields.Count(field => hash.Set(field.Name, field.Value))));
        return default;
    }

    private static ValueTask Delete(Session session, Request request)
    {
        var key = session.AnyKey(request[1]);
        var fields = Enumerable.Range(2, request.Count - 2).Select(index => new StreamName(request[index])).ToList();
        var isThere = session.Keys.Get<HashValue>(key) is not null;
        session.Reply.Number(isThere ? session.Keys.Change<HashValue, int>(key, hash => fields.Count(hash.Remove)) : 0);
        return default;
    }

    private static ValueTask Get(Session session, Request request)
    {
        if (session.Keys.Get<HashValue>(session.AnyKey(request[1])) is { } hash && hash.Fields.TryGetValue(new(request[2]), out var value))
            session.Reply.Bulk(value);
        else
            session.Reply.Null();
        return default;
    }

    private static ValueTask List(Session session, Request request)
    {
        var hash = session.Keys.Get<HashValue>(session.AnyKey(request[1])) ?? new();
        session.Reply.Map(hash.Fields.Count);
        foreach (var (field, value) in hash.Fields)
        {
            session.Reply.Bulk(field.Bytes);
            session.Reply.Bulk(value);
        }
        return default;
    }

    private static ValueTask Count(Session session, Request request)
    {
        session.Reply.Number(session.Keys.Get<HashValue>(session.AnyKey(request[1]))?.Fields.Count ?? 0);
        return default;
    }
}
