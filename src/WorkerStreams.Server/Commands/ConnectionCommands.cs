using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands about the connection.</summary>
internal static class ConnectionCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("ping", -1, "Answers.", Ping),
        new("echo", 2, "Answers with the same text.", Echo),
        new("quit", -1, "Ends the connection.", Quit) { IsForStrangers = true, IsNeverQueued = true },
        new("reset", 1, "Makes the connection as it was when new.", Reset) { IsForStrangers = true, IsNeverQueued = true },
        new("select", 2, "Selects one of 16 databases.", Select),
        new("auth", -2, "Tells the password.", Authenticate) { IsForStrangers = true },
        new("acl", -2, "Tells of users.", static (_, _) => throw CommandException.Arity("acl"))
        {
            Subcommands = [new("acl|whoami", 2, "Tells which user the connection has.", WhoAmI), HelpTexts.Command("acl")],
        },
        new("hello", -1, "Chooses the protocol, and tells the password.", Hello.Answer) { IsForStrangers = true },
    ];

    private static ValueTask Ping(Session session, Request request)
    {
        if (request.Count > 2)
            throw CommandException.Arity("ping");
        if (request.Count == 1)
            session.Reply.Simple("PONG"u8);
        else
            session.Reply.Bulk(request[1]);
        return default;
    }

    private static ValueTask Echo(Session session, Request request)
    {
        session.Reply.Bulk(request[1]);
        return default;
    }

    private static ValueTask Quit(Session session, Request request)
    {
        session.Reply.Ok();
        session.IsOver = true;
        return default;
    }

    private static ValueTask Reset(Session session, Request request)
    {
        session.Reset();
        session.Reply.Simple("RESET"u8);
        return default;
    }

    private static ValueTask Select(Session session, Request request)
    {
        session.Database = KeyCommands.Database(request.ShortNumber(1));
        session.Reply.Ok();
        return default;
    }

    private static ValueTask WhoAmI(Session session, Request request)
    {
        session.Reply.Bulk(session.User);
        return default;
    }

    private static ValueTask Authenticate(Session session, Request request)
    {
        if (request.Count > 3)
            throw CommandException.Syntax();
        if (request.Count == 2 && !session.Server.Password.IsSet)
        {
            throw new CommandException(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?");
        }
        session.Authenticate(request.Count == 2 ? "default"u8 : request[1], request[request.Count - 1]);
        session.Reply.Ok();
        return default;
    }
}
