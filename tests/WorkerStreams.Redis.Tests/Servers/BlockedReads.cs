using StackExchange.Redis;

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>The reads that wait at a server, or at those of a cluster.</summary>
internal static class BlockedReads
{
    /// <summary>Those of the connections of a name.</summary>
    public static async Task<int> CountAsync(IConnectionMultiplexer control, string clientName)
    {
        var clients = await Task.WhenAll(control.GetServers().Select(static server => server.ExecuteAsync("CLIENT", "LIST")));
        return clients.SelectMany(static list => ((string)list!).Split('\n'))
            .Count(client => client.Contains($" name={clientName} ", StringComparison.Ordinal) && client.Contains(" flags=b ", StringComparison.Ordinal));
    }
}
