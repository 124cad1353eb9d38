using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>CONFIG GET and SET. What there is is set where the program starts, so nothing can be set here.</summary>
internal static class ConfigCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("config", -2, "Tells the settings.", static (_, _) => throw CommandException.Arity("config"))
        {
            Subcommands = [new("config|get", -3, "Tells settings.", Get), new("config|set", -4, "Refuses to change settings.", Set)],
        },
    ];

    private static ValueTask Get(Session session, Request request)
    {
        var settings = Settings(session.Server);
        Dictionary<string, string> told = [];
        for (var i = 2; i < request.Count; i++)
        {
            // Who names one gets it as he wrote it.
            var isPattern = request[i].IndexOfAny("*?"u8) >= 0;
            foreach (var (name, value) in settings)
            {
                if (Glob.Matches(request[i], name))
                    told[isPattern ? name : CommandException.Repeat(request[i])] = value;
            }
        }
        session.Reply.Map(told.Count);
        foreach (var (name, value) in told)
        {
            session.Reply.Bulk(name);
            session.Reply.Bulk(value);
        }
        return default;
    }

    private static ValueTask Set(Session session, Request request)
    {
        if (request.Count % 2 != 0)
            throw CommandException.Arity("config|set");
        var name = CommandException.Repeat(request[2]);
        throw Settings(session.Server).Any(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ? new CommandException($"ERR CONFIG SET failed (possibly related to argument '{name}') - can't set immutable config")
            : new CommandException($"ERR Unknown option or number of arguments for CONFIG SET - '{name}'");
    }

    private static IReadOnlyList<(string Name, string Value)> Settings(RespServer server) =>
    [
        ("appendonly", "no"),
        ("bind", $"{server.Options.Address}"),
        ("databases", "1"),
        ("maxclients", $"{server.Options.MaxClients}"),
        ("port", $"{server.Port}"),
        ("proto-max-bulk-len", $"{server.Options.MaxRequestBytes}"),
        ("save", ""),
    ];
}
