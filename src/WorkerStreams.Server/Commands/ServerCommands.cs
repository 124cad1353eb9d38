using System.Globalization;
using System.Text;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>INFO and TIME.</summary>
internal static class ServerCommands
{
    /// <summary>The version of Redis whose semantics the engine has.</summary>
    public const string RedisVersion = "8.0.0";

    public static IReadOnlyList<Command> All { get; } =
    [
        new("info", -1, "Tells the server's figures.", Info),
        new("time", 1, "Tells the time.", Time),
    ];

    private static ValueTask Info(Session session, Request request)
    {
        var text = new StringBuilder();
        foreach (var (section, lines) in Sections(session.Server))
        {
            if (IsAskedFor(request, section))
                text.Append(text.Length > 0 ? "\r\n" : "").Append("# ").Append(section).Append("\r\n").AppendJoin("\r\n", lines).Append("\r\n");
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

    private static bool IsAskedFor(Request request, string section)
    {
        if (request.Count == 1)
            return true;
        for (var i = 1; i < request.Count; i++)
        {
            if (request.Is(i, Encoding.ASCII.GetBytes(section)) || request.Is(i, "ALL"u8) || request.Is(i, "DEFAULT"u8) || request.Is(i, "EVERYTHING"u8))
                return true;
        }
        return false;
    }

    private static IEnumerable<(string Section, string[] Lines)> Sections(RespServer server) =>
    [
        ("Server", [
            $"redis_version:{RedisVersion}", "redis_mode:standalone", $"process_id:{Environment.ProcessId}", $"tcp_port:{server.Port}",
            Line($"uptime_in_seconds:{server.Uptime.TotalSeconds:F0}")]),
        ("Clients", [$"connected_clients:{server.Count}", $"maxclients:{server.Options.MaxClients}", $"blocked_clients:{server.Sessions.Count(static other => other.IsBlocked)}"]),
        ("Memory", [$"used_memory:{server.Engine.UsedMemory}"]),
        ("Persistence", ["loading:0"]),
        ("Stats", [$"total_connections_received:{server.Received}", $"rejected_connections:{server.Rejected}"]),
        ("Replication", ["role:master", "connected_slaves:0"]),
        ("Keyspace", server.Engine.GetKeys().Count is > 0 and var keys ? [$"db0:keys={keys},expires=0,avg_ttl=0"] : []),
    ];

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
