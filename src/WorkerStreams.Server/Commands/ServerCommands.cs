using System.Globalization;
using System.Text;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on the server.</summary>
internal static class ServerCommands
{
    /// <summary>The version of Redis whose semantics the engine has.</summary>
    public const string RedisVersion = "8.8.0";

    // What a delay takes.
    private const long MostMilliseconds = uint.MaxValue - 1;

    // In seconds: nobody else is served meanwhile.
    private const int MostSleep = 60;

    public static IReadOnlyList<Command> All { get; } =
    [
        new("info", -1, "Tells the server's figures.", Info),
        new("time", 1, "Tells the time.", Time),
        new("wait", 3, "Waits for replicas, of which there are none.", WaitAsync),
        new("role", 1, "Tells that it is no replica and has none.", Role),
        new("lastsave", 1, "Tells when the listener began.", LastSave),
        new("debug", -2, "Has the server do what tests need.", DebugAsync) { IsAlone = true, IsAdministration = true },
        new("slowlog", -2, "Tells that no command was slow, as none is kept.", static (_, _) => throw CommandException.Arity("slowlog"))
        {
            Subcommands =
            [
                new("slowlog|get", -2, "Tells the slow commands, of which none is kept.", GetSlow) { IsAdministration = true },
                new("slowlog|len", 2, "Counts the slow commands, of which none is kept.", CountSlow) { IsAdministration = true },
                new("slowlog|reset", 2, "Forgets the slow commands, of which none is kept.", ForgetSlow) { IsAdministration = true },
                HelpTexts.Command("slowlog"),
            ],
        },
    ];

    private static ValueTask Info(Session session, Request request)
    {
        var text = new StringBuilder();
        foreach (var (section, lines) in Sections(session.Server))
        {
            if (IsAskedFor(request, section))
                text.Append(text.Length > 0 ? "\r\n" : "").Append("# ").Append(section).Append("\r\n").AppendJoin("", lines().Select(static line => line + "\r\n"));
        }
        session.Reply.Verbatim(text.ToString());
        return default;
    }

    private static ValueTask Time(Session session, Request request)
    {
        var (seconds, rest) = Math.DivRem(session.Server.Time.GetUtcNow().Ticks - DateTimeOffset.UnixEpoch.Ticks, TimeSpan.TicksPerSecond);
        session.Reply.Array(2);
        session.Reply.BulkNumber(seconds);
        session.Reply.BulkNumber(rest / TimeSpan.TicksPerMicrosecond);
        return default;
    }

    private static async ValueTask WaitAsync(Session session, Request request)
    {
        var (replicas, timeout) = (request.Number(1), request.Number(2, "timeout is not an integer or out of range"));
        if (timeout < 0)
            throw new CommandException("ERR timeout is negative");
        if (replicas > 0 && !session.IsExecuting)
        {
            var time = timeout is 0 or > MostMilliseconds ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(timeout);
            await session.WaitAsync(PassAsync(Task.Delay(time, session.Server.Time, session.BeginWait())), new([]), true);
        }
        session.Reply.Number(0);

        static async ValueTask<bool> PassAsync(Task delay)
        {
            await delay;
            return true;
        }
    }

    // It has no subcommands in Redis, so in a transaction nothing is said of a wrong one before EXEC.
    private static async ValueTask DebugAsync(Session session, Request request)
    {
        if (request.Is(1, "HELP"u8) && request.Count == 2)
        {
            HelpTexts.Answer(session, "debug");
            return;
        }
        if (!request.Is(1, "SLEEP"u8) || request.Count != 3)
            throw CommandException.Subcommand(request[1], "DEBUG");
        // What is no number is 0, and less than that is no time.
        _ = Float.TryParse(request[2], out var seconds);
        if (seconds > MostSleep)
            throw new CommandException($"ERR DEBUG SLEEP takes 0 to {MostSleep} seconds");
        if (seconds > 0)
            await Task.Delay(TimeSpan.FromSeconds(seconds), session.Server.Time);
        session.Reply.Ok();
    }

    private static ValueTask Role(Session session, Request request)
    {
        session.Reply.Array(3);
        session.Reply.Bulk("master"u8);
        session.Reply.Number(0);
        session.Reply.Array(0);
        return default;
    }

    private static ValueTask LastSave(Session session, Request request)
    {
        session.Reply.Number(session.Server.Began.ToUnixTimeSeconds());
        return default;
    }

    private static ValueTask GetSlow(Session session, Request request)
    {
        if (request.Count > 3)
            throw CommandException.Subcommand(request[1], "SLOWLOG");
        if (request.Count == 3 && (!Integer.TryParse(request[2], out var count) || count < -1))
            throw new CommandException("ERR count should be greater than or equal to -1");
        session.Reply.Array(0);
        return default;
    }

    private static ValueTask CountSlow(Session session, Request request)
    {
        session.Reply.Number(0);
        return default;
    }

    private static ValueTask ForgetSlow(Session session, Request request)
    {
        session.Reply.Ok();
        return default;
    }

    // Some are told only where they are named, or all are.
    private static bool IsAskedFor(Request request, string section)
    {
        var isCommon = section is not ("Commandstats");
        if (request.Count == 1)
            return isCommon;
        for (var i = 1; i < request.Count; i++)
        {
            if (request.Is(i, Encoding.ASCII.GetBytes(section)) || request.Is(i, "ALL"u8) || request.Is(i, "EVERYTHING"u8) || (isCommon && request.Is(i, "DEFAULT"u8)))
                return true;
        }
        return false;
    }

    // Only what is asked for is looked up: some of it takes a look at all keys.
    private static (string Section, Func<IEnumerable<string>> Lines)[] Sections(RespServer server) =>
    [
        ("Server", () => [
            $"redis_version:{RedisVersion}", "redis_mode:standalone", $"process_id:{Environment.ProcessId}", $"tcp_port:{server.Port}",
            Line($"uptime_in_seconds:{server.Uptime.TotalSeconds:F0}")]),
        ("Clients", () => Clients(server)),
        ("Memory", () => [$"used_memory:{server.Engine.UsedMemory + server.Keys.Bytes}"]),
        ("Persistence", () => ["loading:0", $"rdb_changes_since_last_save:{server.Keys.CountChanges()}"]),
        ("Stats", () => [
            $"total_connections_received:{server.Received}", $"total_commands_processed:{server.Statistics.Calls}", $"rejected_connections:{server.Rejected}",
            $"total_error_replies:{server.Statistics.ErrorReplies}"]),
        ("Replication", static () => ["role:master", "connected_slaves:0"]),
        ("CPU", static () => [Line($"used_cpu_sys:{Environment.CpuUsage.PrivilegedTime.TotalSeconds:F6}"), Line($"used_cpu_user:{Environment.CpuUsage.UserTime.TotalSeconds:F6}")]),
        ("Commandstats", server.Statistics.Commands),
        ("Errorstats", server.Statistics.Errors),
        ("Cluster", static () => ["cluster_enabled:0"]),
        ("Keyspace", () => server.Keys.Count().Select(static database => $"db{database.Number}:keys={database.Keys},expires={database.Expiring},avg_ttl=0")),
    ];

    private static IEnumerable<string> Clients(RespServer server)
    {
        var blocked = server.Sessions.Select(static other => other.BlockedOn).OfType<BlockedOn>().ToList();
        return [
            $"connected_clients:{server.Count}", $"maxclients:{server.Options.MaxClients}", $"blocked_clients:{blocked.Count}",
            $"total_blocking_keys:{Keys(blocked)}", $"total_blocking_keys_on_nokey:{Keys(blocked.Where(static on => on.EndsWithKey))}"];

        static int Keys(IEnumerable<BlockedOn> blocked) => blocked.SelectMany(static on => on.Keys).Distinct().Count();
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
