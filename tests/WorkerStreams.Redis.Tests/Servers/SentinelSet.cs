using StackExchange.Redis;

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>A primary, two replicas, and three Sentinels that put a replica in the primary's place.</summary>
public sealed class SentinelSet : IAsyncDisposable
{
    private const string Service = "primary";
    private const int Replicas = 2, Sentinels = 3;

    private readonly ServerProcess[] _servers, _sentinels;

    private SentinelSet(ServerProcess[] servers, ServerProcess[] sentinels) => (_servers, _sentinels) = (servers, sentinels);

    /// <summary>The client's settings.</summary>
    public ConfigurationOptions Configuration
    {
        get
        {
            var configuration = ServerProcess.Client([.. _sentinels.Select(sentinel => sentinel.Port)]);
            configuration.ServiceName = Service;
            return configuration;
        }
    }

    /// <summary>The primary to begin with.</summary>
    public ServerProcess Primary => _servers[0];

    public static async Task<SentinelSet> StartAsync()
    {
        var primary = await ServerProcess.StartAsync("repl-diskless-sync-delay 0");
        var replicas = await Task.WhenAll(Enumerable.Range(0, Replicas).Select(_ => ServerProcess.StartAsync($"replicaof 127.0.0.1 {primary.Port}")));
        await primary.UntilAsync("INFO replication", static info => info.Split("state=online").Length == Replicas + 1);
        var sentinels = await Task.WhenAll(Enumerable.Range(0, Sentinels).Select(_ => ServerProcess.StartAsync(
            ["--sentinel"],
            [
                $"sentinel monitor {Service} 127.0.0.1 {primary.Port} 2",
                $"sentinel down-after-milliseconds {Service} 1000",
                $"sentinel failover-timeout {Service} 2000",
            ])));
        foreach (var sentinel in sentinels)
            await sentinel.UntilAsync("INFO sentinel", static info => info.Contains($"slaves={Replicas},sentinels={Sentinels}", StringComparison.Ordinal));
        return new([primary, .. replicas], sentinels);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in (ServerProcess[])[.. _sentinels, .. _servers])
            await server.DisposeAsync();
    }
}
