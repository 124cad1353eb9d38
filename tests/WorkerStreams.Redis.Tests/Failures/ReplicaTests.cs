using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>Appends that replicas are to confirm, and a replica that takes the primary's place.</summary>
public sealed class ReplicaTests
{
    private const int Count = 20_000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task A_replica_takes_the_place_of_the_primary_and_all_goes_on()
    {
        await using var servers = await SentinelSet.StartAsync();
        await using var host = await NumbersHost.StartAsync(servers.Configuration, redis => (redis.WaitForReplicas, redis.ReplicaTimeout) = (1, Timeout));
        var publishing = host.PublishAsync(0, Count);
        await host.UntilAsync(() => host.Published >= Count / 20, () => $"{host.Published} are published");
        await servers.Primary.KillAsync();
        await publishing;
        await host.HandlesAllAsync();
        Assert.NotEqual(0, host.Failures);
    }

    [Fact]
    public async Task What_no_replica_confirms_may_be_stored_and_holds_up_nothing_but_appends()
    {
        await using var server = await ServerProcess.StartAsync();
        using var engine = RedisStreamEngine.Connect(server.Configuration, new() { WaitForReplicas = 1, ReplicaTimeout = Timeout });
        AppendEntry entry = new(EntryFields.Of(("f", "v")));
        await engine.GetLengthAsync("s");
        var begun = TimeProvider.System.GetTimestamp();
        Task<StreamEntryId?>[] appends = [.. Enumerable.Range(0, 100).Select(_ => engine.AppendAsync("s", entry).AsTask())];
        var length = engine.GetLengthAsync("s").AsTask();
        Assert.Same(length, await Task.WhenAny([length, .. appends]));
        Assert.InRange(await length, 0, appends.Length);

        foreach (var append in appends)
        {
            var error = await Assert.ThrowsAsync<StreamEngineException>(() => append);
            Assert.Equal((StreamErrorCode.Unavailable, true), (error.Code, error.MayHaveTakenEffect));
            Assert.Contains("(WaitForReplicas, ReplicaTimeout): 0 of 1 have within 500 ms", error.Message, StringComparison.Ordinal);
        }
        // In two rounds at most, and not each for itself.
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), Timeout, Timeout * 20);
        Assert.Equal(appends.Length, await engine.GetLengthAsync("s"));

        var results = new AppendResult[2];
        await engine.AppendAsync("s", new[] { entry, entry }, results);
        Assert.All(results, result => Assert.Equal(AppendStatus.MaybeStored, result.Status));
    }

    [Fact]
    public async Task What_a_connection_wrote_that_is_lost_before_WAIT_may_be_stored()
    {
        await using var primary = await ServerProcess.StartAsync("repl-diskless-sync-delay 0");
        await using var replica = await StartReplicaAsync(primary);
        await using var client = await ConnectionMultiplexer.ConnectAsync(primary.Configuration);
        var restored = new TaskCompletionSource();
        client.ConnectionRestored += (_, _) => restored.TrySetResult();
        using var connection = new ReplicatedConnection(
            () => Task.FromResult(SteppedClient.Of(client, command => command == "XADD" ? ReconnectAsync() : Task.CompletedTask)), 1, Timeout);

        // The new connection has written nothing, which all replicas have.
        var error = await Assert.ThrowsAsync<StreamEngineException>(
            async () => await connection.AppendAsync(new Arguments().Key("s").Text("*").Text("f").Text("v"), CancellationToken.None));
        Assert.Equal((StreamErrorCode.Unavailable, true), (error.Code, error.MayHaveTakenEffect));
        Assert.Contains("the connection was lost", error.Message, StringComparison.Ordinal);
        Assert.Equal(":1", await primary.AskAsync("XLEN s"));

        async Task ReconnectAsync()
        {
            Assert.StartsWith(":", await primary.AskAsync("CLIENT KILL TYPE normal"), StringComparison.Ordinal);
            await restored.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task What_a_replica_confirms_is_stored_and_what_the_primary_refuses_is_not()
    {
        await using var primary = await ServerProcess.StartAsync("repl-diskless-sync-delay 0");
        await using var replica = await StartReplicaAsync(primary);
        using var engine = RedisStreamEngine.Connect(primary.Configuration, new() { WaitForReplicas = 1, ReplicaTimeout = TimeSpan.FromSeconds(20) });
        AppendEntry entry = new(EntryFields.Of(("f", "v")), NewEntryId.Parse("1-0"));

        Assert.Equal(new StreamEntryId(1, 0), await engine.AppendAsync("s", entry));
        Assert.Equal(":1", await replica.AskAsync("XLEN s"));
        var refused = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.AppendAsync("s", entry));
        Assert.Equal((StreamErrorCode.IdTooSmall, false), (refused.Code, refused.MayHaveTakenEffect));
        var results = new AppendResult[2];
        await engine.AppendAsync("s", new[] { entry, entry with { Id = NewEntryId.Parse("2-0") } }, results);
        Assert.Equal([AppendStatus.NotStored, AppendStatus.Stored], results.Select(result => result.Status));
    }

    [Fact]
    public async Task Where_the_primary_is_away_nothing_is_sent_and_that_is_told()
    {
        await using var server = await ServerProcess.StartAsync();
        using var engine = RedisStreamEngine.Connect(server.Configuration, new() { WaitForReplicas = 1, ReplicaTimeout = Timeout });
        await server.KillAsync();
        var begun = TimeProvider.System.GetTimestamp();
        StreamEngineException error;
        do
        {
            // What is sent before the loss is noticed may be stored.
            Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(30));
            error = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.AppendAsync("s", new(EntryFields.Of(("f", "v")))));
            Assert.Equal(StreamErrorCode.Unavailable, error.Code);
        }
        while (error.MayHaveTakenEffect);
    }

    [Theory]
    [InlineData(-1, 1000, "RedisEngineOptions: WaitForReplicas is '-1'. Allowed: a whole number from 0 to 100.")]
    [InlineData(101, 1000, "RedisEngineOptions: WaitForReplicas is '101'. Allowed: a whole number from 0 to 100.")]
    [InlineData(1, 9, "RedisEngineOptions: ReplicaTimeout is '9ms'. Allowed: a duration such as 30s or 00:00:30, from 10ms to 1m.")]
    [InlineData(1, 60_001, "RedisEngineOptions: ReplicaTimeout is '60001ms'. Allowed: a duration such as 30s or 00:00:30, from 10ms to 1m.")]
    public void A_setting_out_of_its_range_is_told(int replicas, int milliseconds, string message)
    {
        RedisEngineOptions options = new() { WaitForReplicas = replicas, ReplicaTimeout = TimeSpan.FromMilliseconds(milliseconds) };
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => RedisStreamEngine.Connect("localhost", options)).Message);
    }

    private static async Task<ServerProcess> StartReplicaAsync(ServerProcess primary)
    {
        var replica = await ServerProcess.StartAsync($"replicaof 127.0.0.1 {primary.Port}");
        await primary.UntilAsync("INFO replication", static info => info.Contains("state=online", StringComparison.Ordinal));
        return replica;
    }
}
