using StackExchange.Redis;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

public sealed class LazyConnectionTests(RedisServer server)
{
    [Fact]
    public async Task One_that_could_not_be_made_is_made_for_who_asks_next_and_kept()
    {
        server.Require();
        var tries = 0;
        var lazy = new LazyConnection(async () => ++tries == 1 ? throw new TimeoutException() : await ConnectionMultiplexer.ConnectAsync(server.Configuration));
        await Assert.ThrowsAsync<TimeoutException>(lazy.GetAsync);
        var made = await lazy.GetAsync();
        Assert.Same(made, await lazy.GetAsync());
        lazy.Close();
        Assert.False(made.IsConnected);
    }
}
