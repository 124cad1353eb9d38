using StackExchange.Redis;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>A server for the benchmark alone, and a connection to look at it.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly ConnectionMultiplexer _connection;

    private OwnServer(ServerProcess process, ConnectionMultiplexer connection) => (_process, _connection) = (process, connection);

    public int Port => _process.Port;

    public ConfigurationOptions Configuration => _process.Configuration;

    public IDatabase Database => _connection.GetDatabase();

    /// <param name="settings">Lines of its configuration file.</param>
    public static async Task<OwnServer> StartAsync(params string[] settings)
    {
        var process = await ServerProcess.StartAsync(settings);
        return new(process, await ConnectionMultiplexer.ConnectAsync(process.Configuration));
    }

    /// <summary>The commands served so far, those that tell it left out.</summary>
    public async Task<long> CountCommandsAsync()
    {
        var commands = (await _connection.GetServers()[0].InfoAsync("commandstats")).Single();
        // cmdstat_xadd:calls=3,usec=...
        return commands.Where(static command => command.Key != "cmdstat_info").Sum(static command => long.Parse(command.Value.Split('=', ',')[1]));
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _process.DisposeAsync();
    }
}
