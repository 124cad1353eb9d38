using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(WorkerStreams.Redis.Tests.Servers.RedisServer))]

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>One server for all tests that need none of their own, which keeps nothing. Where there is none, the tests that need it are skipped.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private ServerProcess? _process;

    public int Port => _process!.Port;

    public string? MissingReason { get; private set; }

    /// <summary>The version of Redis that it says it is.</summary>
    public Version Version { get; private set; } = new();

    public bool IsValkey { get; private set; }

    /// <summary>The client's settings.</summary>
    public ConfigurationOptions Configuration => _process!.Configuration;

    /// <summary>Skips the test where there is no server.</summary>
    public void Require()
    {
        if (MissingReason is { } reason)
            Assert.Skip(reason);
    }

    public async ValueTask InitializeAsync()
    {
        if (ServerProcess.Find() is null)
        {
            MissingReason = ServerProcess.MissingReason;
            return;
        }
        _process = await ServerProcess.StartAsync();
        await using var client = await ConnectionMultiplexer.ConnectAsync(Configuration);
        var info = (await client.GetServers()[0].InfoAsync("server")).Single().ToDictionary();
        (Version, IsValkey) = (Version.Parse(info["redis_version"]), info.ContainsKey("valkey_version"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }
}
