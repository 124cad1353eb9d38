using System.Text;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>CLIENT.</summary>
internal static class ClientCommands
{
    // Of a connection, its library and the library's version. Redis has no limit, but here all of them are told together.
    private const int LongestName = 1024;

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
                new("client|list", -2, "Tells of all connections.", ListAsync),
                new("client|kill", -3, "Ends connections.", Kill) { IsAdministration = true },
                new("client|unblock", -3, "Ends a connection's wait.", Unblock) { IsAdministration = true },
                new("client|reply", 3, "Chooses whether anything is answered.", Reply),
                new("client|no-evict", 3, "Changes nothing, as no connection is ended for want of memory.", Switch),
                new("client|no-touch", 3, "Changes nothing, as the times of reading are not kept.", Switch),
                new("client|getredir", 2, "Tells -1, as reads are not tracked.", Redirection),
                new("client|tracking", -3, "Changes nothing, as reads are not tracked.", Track),
                new("client|trackinginfo", 2, "Tells that reads are not tracked.", TrackingInfo),
                new("client|caching", 3, "Tells that reads are not tracked.", Cache),
                HelpTexts.Command("client"),
            ],
        },
    ];

    /// <returns>The word, if it can be a name.</returns>
    /// <exception cref="CommandException">It cannot.</exception>
    public static int CheckName(Request request, int index) =>
        !IsPrintable(request[index]) ? throw new CommandException("ERR Client names cannot contain spaces, newlines or special characters.")
        : IsTooLong(request[index]) ? throw TooLong("Client names")
        : index;

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
            throw new CommandException($"ERR Unrecognized option '{CommandException.RepeatOption(request[2])}'");
        var what = CommandException.Repeat(request[2]);
        if (!IsPrintable(request[3]))
            throw new CommandException($"ERR {what} cannot contain spaces, newlines or special characters.");
        if (IsTooLong(request[3]))
            throw TooLong(what);
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

    private static async ValueTask ListAsync(Session session, Request request)
    {
        var filter = ClientFilter.ParseList(request);
        var lines = session.Server.Sessions.Where(filter.Matches).Select(static client => Encoding.ASCII.GetBytes(Describe(client))).ToList();
        session.Reply.BeginVerbatim(lines.Sum(static line => (long)line.Length));
        foreach (var line in lines)
        {
            session.Reply.Part(line);
            await session.SendIfMuchAsync();
        }
        session.Reply.EndVerbatim();
    }

    private static ValueTask Kill(Session session, Request request)
    {
        var filter = ClientFilter.ParseKill(session, request, out var isOldForm);
        var killed = session.Server.Sessions.Where(filter.Matches).ToList();
        if (isOldForm && killed.Count == 0)
            throw new CommandException("ERR No such client");
        if (isOldForm)
            session.Reply.Ok();
        else
            session.Reply.Number(killed.Count);
        killed.ForEach(other => other.End(by: session));
        return default;
    }

    private static ValueTask Unblock(Session session, Request request)
    {
        if (request.Count > 4)
            throw CommandException.Subcommand(request[1], "CLIENT");
        var asError = request.Count == 4 && request.Is(3, "ERROR"u8);
        if (request.Count == 4 && !asError && !request.Is(3, "TIMEOUT"u8))
            throw new CommandException("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        session.Reply.Number(session.Server.Find(request.Number(2))?.TryUnblock(asError) == true ? 1 : 0);
        return default;
    }

    private static ValueTask Reply(Session session, Request request)
    {
        if (request.Is(2, "ON"u8))
        {
            session.Mute(false);
            session.Reply.Ok();
        }
        else if (request.Is(2, "OFF"u8))
        {
            session.Mute(true);
        }
        else if (!request.Is(2, "SKIP"u8))
        {
            throw CommandException.Syntax();
        }
        else if (!session.Reply.IsMute)
        {
            session.SkipsNextReply = true;
        }
        return default;
    }

    private static ValueTask Switch(Session session, Request request)
    {
        if (!request.Is(2, "ON"u8) && !request.Is(2, "OFF"u8))
            throw CommandException.Syntax();
        session.Reply.Ok();
        return default;
    }

    private static ValueTask Redirection(Session session, Request request)
    {
        session.Reply.Number(-1);
        return default;
    }

    private static ValueTask Track(Session session, Request request)
    {
        for (var i = 3; i < request.Count; i++)
        {
            var hasValue = request.Is(i, "REDIRECT"u8) || request.Is(i, "PREFIX"u8);
            if (hasValue ? i++ + 1 == request.Count : !request.Is(i, "BCAST"u8) && !request.Is(i, "OPTIN"u8) && !request.Is(i, "OPTOUT"u8) && !request.Is(i, "NOLOOP"u8))
                throw CommandException.Syntax();
        }
        if (request.Is(2, "ON"u8))
            throw new CommandException("ERR CLIENT TRACKING ON is not supported: reads are not tracked");
        if (!request.Is(2, "OFF"u8))
            throw CommandException.Syntax();
        session.Reply.Ok();
        return default;
    }

    private static ValueTask TrackingInfo(Session session, Request request)
    {
        session.Reply.Map(3);
        session.Reply.Bulk("flags"u8);
        session.Reply.Set(1);
        session.Reply.Bulk("off"u8);
        session.Reply.Bulk("redirect"u8);
        session.Reply.Number(-1);
        session.Reply.Bulk("prefixes"u8);
        session.Reply.Array(0);
        return default;
    }

    private static ValueTask Cache(Session session, Request request) =>
        throw new CommandException("ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled");

    // What is not counted of a connection is left out, and so is what Redis tells of its own buffers.
    private static string Describe(Session session) =>
        $"id={session.Id} addr={session.RemoteAddress} laddr={session.LocalAddress} name={Encoding.ASCII.GetString(session.ClientName)} "
        + $"age={session.Age} idle={session.Idle} flags={(session.IsBlocked ? 'b' : session.Transaction is not null ? 'x' : 'N')} db={session.Database} sub=0 psub=0 ssub=0 "
        + $"multi={session.Transaction?.Commands.Count ?? -1} watch={session.Watched} qbuf={session.Reader.Waiting} qbuf-free={session.Reader.Free} "
        + $"multi-mem={session.Transaction?.Bytes ?? 0} tot-mem={session.Reader.Waiting + session.Reader.Free + (session.Transaction?.Bytes ?? 0)} events={(session.IsSending ? "rw" : "r")} cmd={session.LastCommand?.Name ?? "NULL"} user={session.User} redir=-1 resp={session.Reply.Version} "
        + $"lib-name={session.LibraryName} lib-ver={session.LibraryVersion}\n";

    private static bool IsTooLong(ReadOnlySpan<byte> name) => name.Length > LongestName;

    private static CommandException TooLong(string what) => new($"ERR {what} cannot be longer than {LongestName} bytes.");

    private static bool IsPrintable(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0;
}
