using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Connections;

/// <summary>Refuses servers that lack what the engine stands on.</summary>
internal static class ServerVersion
{
    private static readonly Version Least = new(6, 2);

    /// <param name="server">The server, for the message.</param>
    /// <param name="info">What INFO replies. Where it does not tell a version, there is nothing to refuse.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: the server is too old.</exception>
    public static void Check(string server, string info)
    {
        foreach (var line in info.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (!line.StartsWith("redis_version:", StringComparison.Ordinal) || !Version.TryParse(line["redis_version:".Length..], out var version) || version >= Least)
                continue;
            throw new StreamEngineException(
                StreamErrorCode.Unavailable, $"ERR The server {server} is Redis {version}. WorkerStreams needs Redis {Least} or later, or Valkey.");
        }
    }
}
