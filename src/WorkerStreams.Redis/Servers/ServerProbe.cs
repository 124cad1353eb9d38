using StackExchange.Redis;

namespace WorkerStreams.Redis.Servers;

/// <summary>Asks servers what they are, with as little permission as there is: INFO, which tells most, HELLO, or else the client.</summary>
internal static class ServerProbe
{
    public static async Task<ServerFacts> AskAsync(IServer server) =>
        ServerFacts.OfInfo(await AskAsync(server, "INFO").ConfigureAwait(false) is { IsNull: false } info ? info.ToString() : "")
        ?? ServerFacts.OfHello(await AskAsync(server, "HELLO").ConfigureAwait(false) is { Length: > 0 } hello ? Words(hello) : [])
        ?? ServerFacts.OfClient(server.Version);

    private static async Task<RedisResult?> AskAsync(IServer server, string command)
    {
        try
        {
            return await server.ExecuteAsync(command).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RedisServerException or RedisCommandException)
        {
            // The server does not allow it, or the client, which counts INFO among the administrator's commands.
            return null;
        }
    }

    private static string[] Words(RedisResult reply) => [.. Enumerable.Range(0, reply.Length).Select(index => reply[index].ToString())];
}
