using System.Text;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>CLIENT.</summary>
internal static class ClientCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("client", -2, "Tells of the connections, and names this one.", static (_, _) => throw CommandException.Arity("client"))
        {
            Subcommands =
            [
                new("client|id", 2, "Tells the connection's number.", Id),
                new("client|getname", 2, "Tells the connection's name.", GetName),
                new("client|setname", 3, "Names the connection.", SetName),
                new("client|setinfo", 4, "Tells the client's library.", SetInfo),
                new("client|info", 2, "Tells of this connection.", Info),
                new("client|list", -2, "Tells of all connections.", List),
            ],
        },
    ];

    /// <returns>The word, if it can be a name.</returns>
    /// <exception cref="CommandException">It cannot.</exception>
    public static int CheckName(Request request, int index) =>
        IsPrintable(request[index]) ? index : throw new CommandException("ERR Client names cannot contain spaces, newlines or special characters.");

    private static ValueTask Id(Session session, Request request)
    {
        session.Reply.Number(session.Id);
        return default;
    }

    private static ValueTask GetName(Session session, Request request)
    {
        if (session.ClientName.Length > 0)
            session.Reply.Bulk(session.ClientName);
        else
            session.Reply.Null();
        return default;
    }

    private static ValueTask SetName(Session session, Request request)
    {
        session.ClientName = request[CheckName(request, 2)].ToArray();
        session.Reply.Ok();
        return default;
    }

    private static ValueTask SetInfo(Session session, Request request)
    {
        var isName = request.Is(2, "LIB-NAME"u8);
        if (!isName && !request.Is(2, "LIB-VER"u8))
            throw new CommandException($"ERR Unrecognized option '{CommandException.Repeat(request[2])}'");
        if (!IsPrintable(request[3]))
            throw new CommandException($"ERR {(isName ? "lib-name" : "lib-ver")} cannot contain spaces, newlines or special characters.");
        if (isName)
            session.LibraryName = Encoding.ASCII.GetString(request[3]);
        else
            session.LibraryVersion = Encoding.ASCII.GetString(request[3]);
        session.Reply.Ok();
        return default;
    }

    private static ValueTask Info(Session session, Request request)
    {
        session.Reply.Verbatim(Describe(session));
        return default;
    }

    private static ValueTask List(Session session, Request request)
    {
        if (request.Count > 2)
            throw CommandException.Syntax();
        session.Reply.Verbatim(string.Concat(session.Server.Sessions.Select(Describe)));
        return default;
    }

    private static string Describe(Session session) =>
        $"id={session.Id} addr={session.RemoteAddress} laddr={session.LocalAddress} name={Encoding.ASCII.GetString(session.ClientName)} "
        + $"age={session.Age} idle={session.Idle} flags={(session.IsBlocked ? 'b' : 'N')} db=0 sub=0 psub=0 multi=-1 "
        + $"cmd={session.LastCommand?.Name ?? "NULL"} user=default redir=-1 resp={session.Reply.Version} "
        + $"lib-name={session.LibraryName} lib-ver={session.LibraryVersion}\n";

    private static bool IsPrintable(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;
}
