using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Connections;

/// <summary>Refuses servers that lack what the engine stands on.</summary>
internal static class ServerVersion
{
    private static readonly Version Least = new(6, 2);

    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: a server is too old.</exception>
    public static void CheckAll(IConnectionMultiplexer multiplexer, Version assumed)
    {
        foreach (var server in multiplexer.GetServers())
        {
            if (server.IsConnected)
                Check(server.EndPoint.ToString()!, server.Version, assumed);
        }
    }

    /// <param name="server">The server, for the message.</param>
    /// <param name="version">What it says it is.</param>
    /// <param name="assumed">What the client takes it for where it does not say, as to who may not ask; that is no reason to refuse it.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: the server is too old.</exception>
    public static void Check(string server, Version version, Version assumed)
    {
        if (version < Least && version != assumed)
        {
            throw new StreamEngineException(
                StreamErrorCode.Unavailable, $"ERR The server {server} is Redis {version}. WorkerStreams needs Redis {Least} or later, or Valkey.");
        }
    }
}
