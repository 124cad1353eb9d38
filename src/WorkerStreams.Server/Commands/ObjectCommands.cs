using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>OBJECT.</summary>
internal static class ObjectCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("object", -2, "Tells how a key's value is kept.", static (_, _) => throw CommandException.Arity("object"))
        {
            Subcommands =
            [
                new("object|encoding", 3, "Tells the form that a value has in memory.", Encoding) { FirstKey = 2, LastKey = 2 },
                new("object|refcount", 3, "Tells that a value is there once.", static (session, request) => Number(session, request, 1)) { FirstKey = 2, LastKey = 2 },
                new("object|idletime", 3, "Tells 0, as the times of reading are not kept.", static (session, request) => Number(session, request, 0)) { FirstKey = 2, LastKey = 2 },
                new("object|freq", 3, "Refuses, as it is not counted how often a key is read.", Frequency) { FirstKey = 2, LastKey = 2 },
                HelpTexts.Command("object"),
            ],
        },
    ];

    private static ValueTask Encoding(Session session, Request request)
    {
        var key = session.AnyKey(request[2]);
        if ((session.Keys.Find(key)?.Encoding ?? session.Keys.TypeOf(key)) is { } encoding)
            session.Reply.Bulk(encoding);
        else
            session.Reply.Null();
        return default;
    }

    private static ValueTask Number(Session session, Request request, long number)
    {
        if (session.Keys.Exists(session.AnyKey(request[2])))
            session.Reply.Number(number);
        else
            session.Reply.Null();
        return default;
    }

    private static ValueTask Frequency(Session session, Request request)
    {
        if (session.Keys.Exists(session.AnyKey(request[2])))
        {
            throw new CommandException(
                "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.");
        }
        session.Reply.Null();
        return default;
    }
}
