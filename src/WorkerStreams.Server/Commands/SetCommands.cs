using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on sets.</summary>
internal static class SetCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("sadd", -3, "Adds members to a set.", Add) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("srem", -3, "Removes members of a set.", Remove) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
        new("smembers", 2, "Lists the members of a set.", List) { FirstKey = 1, LastKey = 1 },
        new("scard", 2, "Counts the members of a set.", Count) { FirstKey = 1, LastKey = 1 },
        new("sismember", 3, "Tells whether something is a member of a set.", Contains) { FirstKey = 1, LastKey = 1 },
    ];

    private static ValueTask Add(Session session, Request request)
    {
        var members = Members(request);
        session.Reply.Number(session.Keys.Change<SetValue, int>(session.AnyKey(request[1]), set => members.Count(set.Add)));
        return default;
    }

    private static ValueTask Remove(Session session, Request request)
    {
        var (key, members) = (session.AnyKey(request[1]), Members(request));
        var isThere = session.Keys.Get<SetValue>(key) is not null;
        session.Reply.Number(isThere ? session.Keys.Change<SetValue, int>(key, set => members.Count(set.Remove)) : 0);
        return default;
    }

    private static ValueTask List(Session session, Request request)
    {
        var members = session.Keys.Get<SetValue>(session.AnyKey(request[1]))?.Members ?? [];
        session.Reply.Set(members.Count);
        foreach (var member in members)
            session.Reply.Bulk(member.Bytes);
        return default;
    }

    private static ValueTask Count(Session session, Request request)
    {
        session.Reply.Number(session.Keys.Get<SetValue>(session.AnyKey(request[1]))?.Members.Count ?? 0);
        return default;
    }

    private static ValueTask Contains(Session session, Request request)
    {
        session.Reply.Number(session.Keys.Get<SetValue>(session.AnyKey(request[1]))?.Contains(new(request[2])) == true ? 1 : 0);
        return default;
    }

    private static List<StreamName> Members(Request request) => [.. Enumerable.Range(2, request.Count - 2).Select(index => new StreamName(request[index]))];
}
