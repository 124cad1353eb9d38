using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(WorkerStreams.Redis.Tests.Servers.RedisServer))]

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>
/// One server for all tests, on a free loopback port, which keeps nothing. It is the one that <see cref="Variable"/> names, or that is on the path;
/// where there is none, the tests that need it are skipped.
/// </summary>
public sealed class RedisServer : IAsyncLifetime
{
    private const string Variable = "WORKERSTREAMS_REDIS_SERVER";

    // The server and its folder go when the shell's standard input ends, so also when this process is killed.
    private const string Shell = "\"$0\" \"$@\" >/dev/null </dev/null & cat >/dev/null; kill -9 $!; wait; rm -rf \"$FOLDER\"";

    private Process? _process;

    public int Port { get; private set; }

    public string? MissingReason { get; private set; }

    /// <summary>The version of Redis that it says it is.</summary>
    public Version Version { get; private set; } = new();

    public bool IsValkey { get; private set; }

    /// <summary>The client's settings.</summary>
    public ConfigurationOptions Configuration => new() { EndPoints = { { IPAddress.Loopback, Port } }, AllowAdmin = true };

    /// <summary>Skips the test where there is no server.</summary>
    public void Require()
    {
        if (MissingReason is { } reason)
            Assert.Skip(reason);
    }

    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } path)
        {
            MissingReason = $"There is no redis-server on the path, and {Variable} names none.";
            return;
        }
        var folder = Directory.CreateTempSubdirectory("worker-streams-").FullName;
        Port = FreePort();
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true, Environment = { ["FOLDER"] = folder } };
        string[] arguments =
            ["-c", Shell, path, "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no", "--loglevel", "warning"];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
            _process.Dispose();
        }
    }

    private async Task ConnectAsync()
    {
        var patient = Configuration;
        (patient.ConnectRetry, patient.ConnectTimeout) = (20, 2_000);
        await using var client = await ConnectionMultiplexer.ConnectAsync(patient);
        var info = (await client.GetServers()[0].InfoAsync("server")).Single().ToDictionary();
        (Version, IsValkey) = (Version.Parse(info["redis_version"]), info.ContainsKey("valkey_version"));
    }

    private static string? Find() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? File.Exists(named) ? named : null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Select(folder => Path.Combine(folder, "redis-server"))
                .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
