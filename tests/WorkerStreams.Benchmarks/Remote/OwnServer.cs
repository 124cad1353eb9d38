using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>A redis-server for the benchmark alone, on a free loopback port, which keeps nothing; and a connection to look at it.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    public const string Variable = "WORKERSTREAMS_REDIS_SERVER";

    // The server goes when the shell's standard input ends, so also when this process is killed.
    private const string Shell = "\"$0\" \"$@\" >/dev/null </dev/null & cat >/dev/null; kill -9 $!; wait";

    private readonly Process _process;
    private readonly ConnectionMultiplexer _connection;

    private OwnServer(Process process, int port, ConnectionMultiplexer connection) => (_process, Port, _connection) = (process, port, connection);

    public int Port { get; }

    public ConfigurationOptions Configuration => ConfigurationOf(Port);

    public IDatabase Database => _connection.GetDatabase();

    /// <summary>The server that <see cref="Variable"/> names, or that is on the path; null where there is none.</summary>
    public static string? Find() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? File.Exists(named) ? named : null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Select(folder => Path.Combine(folder, "redis-server"))
                .FirstOrDefault(File.Exists);

    public static async Task<OwnServer> StartAsync(string path)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        string[] arguments = ["-c", Shell, path, "--port", $"{port}", "--bind", "127.0.0.1", "--dir", Path.GetTempPath(), "--save", "", "--appendonly", "no"];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var patient = ConfigurationOf(port);
        (patient.ConnectRetry, patient.ConnectTimeout) = (20, 2_000);
        return new(process, port, await ConnectionMultiplexer.ConnectAsync(patient));
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
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ConfigurationOptions ConfigurationOf(int port) => new() { EndPoints = { { IPAddress.Loopback, port } }, AllowAdmin = true };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
