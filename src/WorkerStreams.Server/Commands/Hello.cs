using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>HELLO.</summary>
internal static class Hello
{
    public static ValueTask Answer(Session session, Request request)
    {
        var version = default(long?);
        if (request.Count > 1)
        {
            version = request.Number(1, "Protocol version is not an integer or out of range");
            if (version is not (2 or 3))
                throw new CommandException("NOPROTO unsupported protocol version");
        }
        var (user, name) = ParseOptions(request);
        if (user > 0)
            session.Authenticate(request[user], request[user + 1]);
        if (session.IsStranger)
        {
            throw new CommandException(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to "
                + "authenticate the client and select the RESP protocol version at the same time");
        }
        if (name > 0)
            session.ClientName = request[name].ToArray();
        if (version is { } chosen)
            session.Reply.Version = (int)chosen;
        Describe(session);
        return default;
    }

    // The words that tell the user and the name, or 0.
    private static (int User, int Name) ParseOptions(Request request)
    {
        var (user, name) = (0, 0);
        for (var i = 2; i < request.Count; i++)
        {
            var more = request.Count - i - 1;
            if (more >= 2 && request.Is(i, "AUTH"u8))
            {
                user = i + 1;
                i += 2;
            }
            else if (more >= 1 && request.Is(i, "SETNAME"u8))
            {
                name = ClientCommands.CheckName(request, ++i);
            }
            else
            {
                throw new CommandException($"ERR Syntax error in HELLO option '{CommandException.RepeatOption(request[i])}'");
            }
        }
        return (user, name);
    }

    private static void Describe(Session session)
    {
        var reply = session.Reply;
        reply.Map(7);
        reply.Bulk("server"u8);
        reply.Bulk("redis"u8);
        reply.Bulk("version"u8);
        reply.Bulk(ServerCommands.RedisVersion);
        reply.Bulk("proto"u8);
        reply.Number(reply.Version);
        reply.Bulk("id"u8);
        reply.Number(session.Id);
        reply.Bulk("mode"u8);
        reply.Bulk("standalone"u8);
        reply.Bulk("role"u8);
        reply.Bulk("master"u8);
        reply.Bulk("modules"u8);
        reply.Array(0);
    }
}
