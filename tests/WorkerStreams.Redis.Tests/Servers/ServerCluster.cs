using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(WorkerStreams.Redis.Tests.Servers.ServerCluster))]

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>A cluster of three servers, made when it is first asked for.</summary>
public sealed class ServerCluster : IAsyncLifetime
{
    private const int Slots = 16384, Servers = 3;

    private readonly Lazy<Task<ServerProcess[]>> _servers = new(CreateAsync);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The client's settings.</summary>
    public async Task<ConfigurationOptions> ConfigureAsync() => ServerProcess.Client([.. (await _servers.Value).Select(server => server.Port)]);

    /// <summary>Asks each server until one takes the command, which is the one that has its keys.</summary>
    public async Task<ServerProcess> FindAsync(string command)
    {
        foreach (var server in await _servers.Value)
        {
            if (!(await server.AskAsync(command)).StartsWith('-'))
                return server;
        }
        throw new InvalidOperationException($"No server takes {command}.");
    }

    /// <summary>Moves the slot of a key with all that is in it, also what other tests have there, from the server that has it to another.</summary>
    public async Task MoveAsync(int slot, string key)
    {
        var from = await FindAsync($"EXISTS {key}");
        var all = await _servers.Value;
        var to = all[(Array.IndexOf(all, from) + 1) % all.Length];
        var (fromId, toId) = (await from.AskAsync("CLUSTER MYID"), await to.AskAsync("CLUSTER MYID"));
        await OkAsync(to, $"CLUSTER SETSLOT {slot} IMPORTING {fromId}");
        await OkAsync(from, $"CLUSTER SETSLOT {slot} MIGRATING {toId}");
        var keys = await from.AskAsync($"EVAL \"return table.concat(redis.call('CLUSTER', 'GETKEYSINSLOT', {slot}, 1000), ' ')\" 0");
        await OkAsync(from, $"MIGRATE 127.0.0.1 {to.Port} \"\" 0 5000 KEYS {keys}");
        foreach (var server in (ServerProcess[])[to, from, .. all.Except([to, from])])
            await OkAsync(server, $"CLUSTER SETSLOT {slot} NODE {toId}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_servers is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await Task.WhenAll((await _servers.Value).Select(server => server.DisposeAsync().AsTask()));
    }

    private static async Task<ServerProcess[]> CreateAsync()
    {
        var ports = Enumerable.Range(0, Servers).Select(_ => ServerProcess.FreePort()).ToArray();
        var servers = await Task.WhenAll(ports.Select(port => ServerProcess.StartAsync("cluster-enabled yes", $"cluster-port {port}", "cluster-node-timeout 5000")));
        for (var i = 0; i < Servers; i++)
        {
            await servers[i].AskAsync($"CLUSTER ADDSLOTSRANGE {i * Slots / Servers} {((i + 1) * Slots / Servers) - 1}");
            await servers[i].AskAsync($"CLUSTER SET-CONFIG-EPOCH {i + 1}");
            await servers[0].AskAsync($"CLUSTER MEET 127.0.0.1 {servers[i].Port} {ports[i]}");
        }
        // Each knows all servers and all slots.
        foreach (var server in servers)
            await server.UntilAsync("CLUSTER INFO", static info => Has(info, "cluster_state:ok") && Has(info, $"cluster_known_nodes:{Servers}"));
        return servers;
    }

    private static async Task OkAsync(ServerProcess server, string command) => Assert.Equal("+OK", await server.AskAsync(command));

    private static bool Has(string info, string line) => info.Split("\r\n").Contains(line);
}
