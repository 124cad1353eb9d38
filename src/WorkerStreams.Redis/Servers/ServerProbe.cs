using StackExchange.Redis;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Servers;

/// <summary>Asks servers what they are, with as little permission as there is: INFO, which tells most, HELLO, or else the client.</summary>
internal static class ServerProbe
{
    public static async Task<ServerFacts> AskAsync(IServer server)
    {
        var facts = await AskWhatAsync(server).ConfigureAwait(false);
        return facts with { HasOwnCommands = await HasOwnCommandsAsync(server).ConfigureAwait(false) };
    }

    private static async Task<ServerFacts> AskWhatAsync(IServer server) =>
        ServerFacts.OfInfo(await AskAsync(server, "INFO").ConfigureAwait(false) is { IsNull: false } info ? info.ToString() : "")
        ?? ServerFacts.OfHello(await AskAsync(server, "HELLO").ConfigureAwait(false) is { Length: > 0 } hello ? Words(hello) : [])
        ?? ServerFacts.OfClient(server.Version);

    private static async Task<bool> HasOwnCommandsAsync(IServer server) =>
        await AskAsync(server, "COMMAND", ["INFO", .. Script.WithCommand.Select(static script => script.Command)]).ConfigureAwait(false) is { Length: > 0 } infos
        && Enumerable.Range(0, infos.Length).All(index => !infos[index].IsNull);

    private static async Task<RedisResult?> AskAsync(IServer server, string command, params object[] words)
    {
        try
        {
            return await server.ExecuteAsync(command, words).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RedisServerException or RedisCommandException)
        {
            // The server does not allow it, or the client, which counts INFO among the administrator's commands.
            return null;
        }
    }

    private static string[] Words(RedisResult reply) => [.. Enumerable.Range(0, reply.Length).Select(index => reply[index].ToString())];
}
