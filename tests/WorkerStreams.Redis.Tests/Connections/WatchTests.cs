using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Tests.Failures;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>What the log tells of servers and connections.</summary>
public sealed class WatchTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30), Poll = TimeSpan.FromMilliseconds(10);

    private readonly MemoryLog _log = new(LogLevel.Information);

    [Fact]
    public async Task At_start_one_line_tells_the_server_and_each_danger_has_one()
    {
        await using var server = await ServerProcess.StartAsync("maxmemory 100mb", "maxmemory-policy allkeys-lru");
        using var engine = Connect(server);
        string name = $"127.0.0.1:{server.Port}";
        Assert.Collection(
            _log.Lines,
            line => Assert.Matches($@"^300 Connected to {name}, (Redis|Valkey) [0-9.]+ \(told by INFO\): has auto-claim, group lag.*; lacks .*XNACK\. $", line),
            line => Assert.StartsWith($"305 Streams can be lost on {name}: maxmemory is 104857600 bytes with the policy allkeys-lru: ", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"306 Streams can be lost on {name}: it writes no append-only file, ", line, StringComparison.Ordinal));
        Assert.Null(engine.Outage);
    }

    [Fact]
    public async Task A_server_that_keeps_streams_is_not_warned_of()
    {
        await using var server = await ServerProcess.StartAsync("appendonly yes");
        using var engine = Connect(server);
        Assert.StartsWith("300 ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loss_has_one_line_whatever_is_tried_and_its_end_another()
    {
        await using var server = await ServerProcess.StartAsync("appendonly yes");
        var reconnect = new CountingRetries();
        var configuration = server.Configuration;
        configuration.ReconnectRetryPolicy = reconnect;
        using var engine = Connect(configuration);
        string name = $"127.0.0.1:{server.Port}";

        await server.KillAsync();
        await UntilAsync(() => engine.Outage is not null && reconnect.Tries >= 4);
        Assert.StartsWith($"no connection to {name} since 20", engine.Outage, StringComparison.Ordinal);
        await server.StartAgainAsync();
        await UntilAsync(() => engine.Outage is null && _log.Lines.Count == 4);

        Assert.Collection(
            _log.Lines,
            line => Assert.StartsWith($"300 Connected to {name}, ", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"301 Lost the connection to {name}: Socket", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"302 The connection to {name}, lost since 20", line, StringComparison.Ordinal),
            line => Assert.StartsWith($"300 Connected to {name}, ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_comes_back_as_one_that_cannot_be_used_is_refused_until_it_can()
    {
        await using var server = await ServerProcess.StartAsync("appendonly yes");
        using var client = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        string? refusal = null;
        using var watch = new ConnectionWatch(client, _log, (_, _) => Volatile.Read(ref refusal));
        await watch.BeginAsync();

        Volatile.Write(ref refusal, "ERR too old.");
        await server.KillAsync();
        await server.StartAgainAsync();
        await UntilAsync(() => watch.Refusal is not null);
        Assert.Equal("ERR too old.", watch.Outage);
        Assert.Contains("304 ERR too old. Every call fails while that is so. ", _log.Lines);

        Volatile.Write(ref refusal, null);
        await server.KillAsync();
        await server.StartAgainAsync();
        await UntilAsync(() => watch.Refusal is null && watch.Outage is null);
    }

    [Fact]
    public async Task A_server_that_has_not_told_what_it_is_is_asked_again()
    {
        await using var server = await ServerProcess.StartAsync("appendonly yes");
        using var client = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var answers = new Queue<Func<string?>>([() => null, () => "ERR too old.", () => throw new TimeoutException(), () => throw new TimeoutException(), () => null]);
        using var watch = new ConnectionWatch(client, _log, (_, _) => answers.Count > 1 ? answers.Dequeue()() : answers.Peek()());
        await watch.BeginAsync();
        await server.KillAsync();
        await server.StartAgainAsync();
        await UntilAsync(() => watch.Refusal is not null);

        await server.KillAsync();
        await server.StartAgainAsync();
        await UntilAsync(() => watch.Refusal is null);
        Assert.Single(_log.Lines, static line => line.StartsWith("307 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_who_may_not_use_INFO_has_HELLO_tell_the_version_and_no_danger_is_seen()
    {
        await using var server = await ServerProcess.StartAsync("user app on >secret ~* -@all +@stream +eval +evalsha +del +hello +auth +ping +echo");
        var configuration = server.Configuration;
        (configuration.User, configuration.Password) = ("app", "secret");
        using var engine = Connect(configuration);
        Assert.Matches(@"^300 Connected to 127\.0\.0\.1:\d+, (Redis|Valkey) [0-9.]+ \(told by HELLO; INFO may not be used\): has auto-claim, ", Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task A_failover_is_told_and_the_new_primary_asked()
    {
        await using var servers = await SentinelSet.StartAsync();
        using var engine = Connect(servers.Configuration);
        string primary = $"127.0.0.1:{servers.Primary.Port}", told = $"which {primary} had.";

        await servers.Primary.KillAsync();
        await UntilAsync(() => engine.Outage is not null);
        Assert.Contains($"no connection to {primary}", engine.Outage, StringComparison.Ordinal);
        await UntilAsync(() => engine.Outage is null && _log.Lines.Any(line => line.Contains(told, StringComparison.Ordinal)));
        var line = _log.Lines.Single(line => line.Contains(told, StringComparison.Ordinal));
        var successor = line.Split(' ')[3];
        Assert.Equal($"303 Failed over: {successor} has the streams now, {told} ", line);
        await UntilAsync(() => _log.Lines.Last(other => other.StartsWith("300 ", StringComparison.Ordinal)).Contains(successor, StringComparison.Ordinal));
        Assert.Single(_log.Lines, other => other.StartsWith($"301 Lost the connection to {primary}: ", StringComparison.Ordinal));
    }

    private RedisStreamEngine Connect(ServerProcess server) => Connect(server.Configuration);

    private RedisStreamEngine Connect(ConfigurationOptions configuration)
    {
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(_log));
        return RedisStreamEngine.Connect(configuration, loggers: factory);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Deadline, $"It has not come to that: {_log}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    private sealed class CountingRetries : IReconnectRetryPolicy
    {
        private int _tries;

        public int Tries => Volatile.Read(ref _tries);

        public bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry)
        {
            Interlocked.Increment(ref _tries);
            return true;
        }
    }
}
