using StackExchange.Redis;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

/// <summary>A client library that knows nothing of the listener connects to it and works.</summary>
public sealed class ClientLibraryTests
{
    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task StackExchange_Redis_connects_and_its_stream_commands_work(RedisProtocol protocol)
    {
        await using var host = await ListenerHost.StartAsync(static options => options.Password = "secret");
        var configuration = ServerProcess.Client(host.Port);
        (configuration.Password, configuration.Protocol, configuration.ClientName) = ("secret", protocol, "library");
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        var database = connection.GetDatabase();

        var id = await database.StreamAddAsync("orders", "number", "A-1");
        Assert.True(await database.StreamCreateConsumerGroupAsync("orders", "billing", "0"));
        var read = Assert.Single(await database.StreamReadGroupAsync("orders", "billing", "c", ">"));
        Assert.Equal(id, read.Id);
        Assert.Equal("A-1", read["number"]);
        Assert.Equal(1, (await database.StreamPendingAsync("orders", "billing")).PendingMessageCount);
        Assert.Equal(1, await database.StreamAcknowledgeAsync("orders", "billing", id));
        Assert.Equal(0, (await database.StreamGroupInfoAsync("orders"))[0].PendingMessageCount);
        Assert.Equal(1, (await database.StreamInfoAsync("orders")).Length);
        Assert.True(await database.KeyDeleteAsync("orders"));
        Assert.Equal("library", (string?)await database.ExecuteAsync("CLIENT", "GETNAME"));
    }

    [Fact]
    public async Task StackExchange_Redis_takes_locks_of_the_listener()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(ServerProcess.Client(host.Port));
        var (database, time) = (connection.GetDatabase(), TimeSpan.FromMinutes(1));

        Assert.True(await database.LockTakeAsync("lock", "me", time));
        Assert.False(await database.LockTakeAsync("lock", "other", time));
        Assert.Equal("me", await database.LockQueryAsync("lock"));
        Assert.True(await database.LockExtendAsync("lock", "me", 2 * time));
        Assert.False(await database.LockExtendAsync("lock", "other", time));
        Assert.InRange((await database.KeyTimeToLiveAsync("lock"))!.Value, time, 2 * time);
        Assert.False(await database.LockReleaseAsync("lock", "other"));
        Assert.True(await database.LockReleaseAsync("lock", "me"));
        Assert.True(await database.LockTakeAsync("lock", "other", time));
    }
}
