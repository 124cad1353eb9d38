using System.Globalization;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>CONFIG. Most of what there is is set where the program starts; the grain of approximate trimming alone can be changed here.</summary>
internal static class ConfigCommands
{
    private const string MaxEntries = "stream-node-max-entries", MaxBytes = "stream-node-max-bytes";

    // What the engine takes. In Redis 0 is no limit, and there is no least one.
    private const long MostEntries = 10_000, LeastBytes = 256, MostBytes = 1 << 20;

    public static IReadOnlyList<Command> All { get; } =
    [
        new("config", -2, "Tells the settings, and changes some.", static (_, _) => throw CommandException.Arity("config"))
        {
            Subcommands =
            [
                new("config|get", -3, "Tells settings.", Get),
                new("config|set", -4, "Changes settings.", Set) { IsAdministration = true },
                new("config|resetstat", 2, "Counts commands and errors anew.", ResetStatistics) { IsAdministration = true },
                HelpTexts.Command("config"),
            ],
        },
    ];

    private static ValueTask Get(Session session, Request request)
    {
        var settings = Settings(session.Server);
        Dictionary<string, string> told = [];
        for (var i = 2; i < request.Count; i++)
        {
            // Who names one gets it as he wrote it.
            var isPattern = Keys.KeyPattern.Check(request[i]).IndexOfAny("*?"u8) >= 0;
            foreach (var (name, value) in settings)
            {
                if (Glob.Matches(request[i], name))
                    told[isPattern ? name : CommandException.RepeatOption(request[i])] = value;
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
        var engine = session.Engine;
        var (entries, bytes) = ((long)engine.NodeMaxEntries, (long)engine.NodeMaxBytes);
        for (var i = 2; i < request.Count; i += 2)
        {
            var name = CommandException.RepeatOption(request[i]);
            if (name.Equals(MaxEntries, StringComparison.OrdinalIgnoreCase))
                entries = Number(request, i, name) is > 0 and var given ? Math.Min(given, MostEntries) : MostEntries;
            else if (name.Equals(MaxBytes, StringComparison.OrdinalIgnoreCase))
                bytes = Number(request, i, name) is > 0 and var given ? Math.Clamp(given, LeastBytes, MostBytes) : MostBytes;
            else if (Settings(session.Server).FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { Name: not null } setting)
                throw new CommandException($"ERR Unknown option or number of arguments for CONFIG SET - '{name}'");
            else if (setting.Value != CommandException.RepeatOption(request[i + 1]))
                throw Failed(name, "can't set immutable config");
        }
        engine.SetNodeLimits((int)entries, (int)bytes);
        session.Reply.Ok();
        return default;
    }

    private static ValueTask ResetStatistics(Session session, Request request)
    {
        session.Server.Statistics.Reset();
        session.Reply.Ok();
        return default;
    }

    private static long Number(Request request, int index, string name) =>
        !Integer.TryParse(request[index + 1], out var number) ? throw Failed(name, "argument couldn't be parsed into an integer")
        : number < 0 ? throw Failed(name, "argument must be between 0 and 9223372036854775807 inclusive")
        : number;

    private static CommandException Failed(string name, string why) => new($"ERR CONFIG SET failed (possibly related to argument '{name}') - {why}");

    private static IReadOnlyList<(string Name, string Value)> Settings(RespServer server) =>
    [
        ("appendonly", "no"),
        ("bind", $"{server.Options.Address}"),
        ("databases", Keys.Database.Count.ToString(CultureInfo.InvariantCulture)),
        ("maxclients", $"{server.Options.MaxClients}"),
        ("port", $"{server.Port}"),
        ("proto-max-bulk-len", $"{server.Options.MaxRequestBytes}"),
        ("save", ""),
        (MaxBytes, $"{server.Engine.NodeMaxBytes}"),
        (MaxEntries, $"{server.Engine.NodeMaxEntries}"),
    ];
}
