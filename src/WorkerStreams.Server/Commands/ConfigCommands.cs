using System.Globalization;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>CONFIG. Most of what there is is set where the program starts; only the grain of approximate trimming and what new streams remember of appends can be changed here.</summary>
internal static class ConfigCommands
{
    private const string MaxEntries = "stream-node-max-entries", MaxBytes = "stream-node-max-bytes", Duration = "stream-idmp-duration", MaxIds = "stream-idmp-maxsize";

    // What is told in place of a password.
    private const string Hidden = "********";

    // What the engine takes. In Redis 0 is no limit, and there is no least one.
    private const long MostEntries = 10_000, LeastBytes = 256, MostBytes = 1 << 20;

    private static readonly Dictionary<string, (long Least, long Most)> Changeable = new(StringComparer.OrdinalIgnoreCase)
    {
        [MaxEntries] = (0, long.MaxValue),
        [MaxBytes] = (0, long.MaxValue),
        [Duration] = (1, Idempotency.LongestDuration),
        [MaxIds] = (1, Idempotency.MostIds),
    };

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
            throw CommandException.Syntax();
        Dictionary<string, long> given = new(StringComparer.OrdinalIgnoreCase);
        CheckNames(session.Server, request);
        for (var i = 2; i < request.Count; i += 2)
        {
            var name = CommandException.RepeatOption(request[i]);
            if (Changeable.TryGetValue(name, out var range))
                given.Add(name, Number(request[i + 1], name.ToLowerInvariant(), range));
        }
        var engine = session.Engine;
        engine.SetNodeLimits(
            (int)(given.TryGetValue(MaxEntries, out var entries) ? Limited(entries, 1, MostEntries) : engine.NodeMaxEntries),
            (int)(given.TryGetValue(MaxBytes, out var bytes) ? Limited(bytes, LeastBytes, MostBytes) : engine.NodeMaxBytes));
        engine.SetIdempotencyDefaults(
            given.TryGetValue(Duration, out var seconds) ? TimeSpan.FromSeconds(seconds) : engine.IdempotencyDuration,
            given.TryGetValue(MaxIds, out var ids) ? (int)ids : engine.IdempotencyMaxIds);
        session.Reply.Ok();
        return default;
    }

    // Redis looks for all of them before it looks at a value.
    private static void CheckNames(RespServer server, Request request)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 2; i < request.Count; i += 2)
        {
            var name = CommandException.RepeatOption(request[i]);
            if (Settings(server).FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { Name: not null } setting)
                throw new CommandException($"ERR Unknown option or number of arguments for CONFIG SET - '{name}'");
            if (!Changeable.ContainsKey(name) && (setting.Value == Hidden || setting.Value != CommandException.RepeatOption(request[i + 1])))
                throw Failed(name, "can't set immutable config");
            if (!names.Add(name))
                throw Failed(name, "duplicate parameter");
        }
    }

    private static long Limited(long given, long least, long most) => given == 0 ? most : Math.Clamp(given, least, most);

    private static ValueTask ResetStatistics(Session session, Request request)
    {
        session.Server.Statistics.Reset();
        session.Reply.Ok();
        return default;
    }

    private static long Number(ReadOnlySpan<byte> word, string name, (long Least, long Most) range) =>
        !(name == MaxBytes ? TryParseBytes(word, out var number) : Integer.TryParse(word, out number))
            ? throw Failed(name, name == MaxBytes ? "argument must be a memory value" : "argument couldn't be parsed into an integer")
        : number < range.Least || number > range.Most ? throw Failed(name, $"argument must be between {range.Least} and {range.Most} inclusive")
        : number;

    // What is more than 64 bits have is told as less than nothing.
    private static bool TryParseBytes(ReadOnlySpan<byte> word, out long bytes)
    {
        var end = word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 0 and var index ? index : word.Length;
        var digits = word[..end];
        var factor = CommandException.Repeat(word[end..]).ToLowerInvariant() switch
        {
            "" or "b" => 1,
            "k" => 1000,
            "kb" => 1 << 10,
            "m" => 1_000_000,
            "mb" => 1 << 20,
            "g" => 1_000_000_000,
            "gb" => 1 << 30,
            _ => 0,
        };
        bytes =
            digits.IsEmpty ? 0
            : !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / (ulong)Math.Max(factor, 1) ? -1
            : (long)number * factor;
        return factor > 0;
    }

    private static CommandException Failed(string name, string why) => new($"ERR CONFIG SET failed (possibly related to argument '{name}') - {why}");

    private static IReadOnlyList<(string Name, string Value)> Settings(RespServer server) =>
    [
        ("appendonly", "no"),
        ("bind", $"{server.Options.Address}"),
        ("databases", Keys.Database.Count.ToString(CultureInfo.InvariantCulture)),
        ("maxclients", $"{server.Options.MaxClients}"),
        ("maxmemory", $"{server.Engine.MaxMemory ?? 0}"),
        ("maxmemory-policy", "noeviction"),
        ("port", $"{server.Port}"),
        ("proto-max-bulk-len", $"{server.Options.MaxRequestBytes}"),
        ("replica-read-only", "yes"),
        ("requirepass", server.Password.IsSet ? Hidden : ""),
        ("save", ""),
        ("timeout", $"{(long)(server.Options.IdleTimeout ?? TimeSpan.Zero).TotalSeconds}"),
        (Duration, $"{(long)server.Engine.IdempotencyDuration.TotalSeconds}"),
        (MaxIds, $"{server.Engine.IdempotencyMaxIds}"),
        (MaxBytes, $"{server.Engine.NodeMaxBytes}"),
        (MaxEntries, $"{server.Engine.NodeMaxEntries}"),
    ];
}
