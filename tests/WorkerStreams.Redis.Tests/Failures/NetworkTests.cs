using System.Net;
using StackExchange.Redis;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>Connections that fail while the server is well: each is made anew, and no message is lost.</summary>
public abstract class NetworkTest
{
    private readonly RedisServer _server;

    protected NetworkTest(RedisServer server)
    {
        server.Require();
        (_server, Proxy) = (server, new(server.Port));
    }

    protected FaultyProxy Proxy { get; }

    // A short patience with answers, so that a connection that hangs is soon known.
    private ConfigurationOptions Configuration => new() { EndPoints = { { IPAddress.Loopback, Proxy.Port } }, AllowAdmin = true, AsyncTimeout = 1000, SyncTimeout = 1000 };

    /// <summary>Has a consumer wait, lets something fail, and publishes: all is handled.</summary>
    internal async Task FailsAsync(Func<NumbersHost, Task> fail)
    {
        const int count = 100;
        await using var proxy = Proxy;
        await using var host = await NumbersHost.StartAsync(Configuration, stream: $"{Guid.NewGuid():N}", configure: NumbersHost.NeverReclaims);
        await host.PublishAsync(0, count);
        await host.HandlesAllAsync();
        await host.UntilAsync(() => Proxy.Waiting.Any(static connection => connection.IsWaitingForGroup), () => "no read waits");
        await fail(host);
        await host.PublishAsync(count, count);
        await host.HandlesAllAsync();
    }
}

public sealed class BrokenConnectionTests(RedisServer server) : NetworkTest(server)
{
    [Fact]
    public Task A_connection_is_cut_while_a_read_waits() => FailsAsync(_ => EachAsync(Proxy.Waiting, static connection => connection.Cut()));

    [Fact]
    public Task A_connection_is_cut_after_the_server_has_delivered_and_before_the_answer_arrives() =>
        FailsAsync(async host =>
        {
            var waiting = Proxy.Waiting.ToList();
            await EachAsync(waiting, static connection => connection.CutAtAnswer());
            await host.PublishAsync(1_000, 1);
            await host.UntilAsync(() => !Proxy.Connections.Intersect(waiting).Any(), () => "nothing was answered");
            await host.HandlesAllAsync();
        });

    [Fact]
    public Task All_connections_are_cut_again_and_again() =>
        FailsAsync(async host =>
        {
            var publishing = host.PublishAsync(1_000, 3_000);
            for (var cut = 1; cut <= 5; cut++)
            {
                var published = cut * 500;
                await host.UntilAsync(() => host.Published >= published, () => $"{host.Published} are published");
                await EachAsync(Proxy.Connections, static connection => connection.Cut());
            }
            await publishing;
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task All_connections_are_half_closed(bool towardsClient) => FailsAsync(_ => EachAsync(Proxy.Connections, connection => connection.HalfClose(towardsClient)));

    [Fact]
    public Task Everything_comes_late() =>
        FailsAsync(_ =>
        {
            Proxy.Delay = TimeSpan.FromMilliseconds(50);
            return Task.CompletedTask;
        });

    internal static Task EachAsync(IEnumerable<ProxiedConnection> connections, Action<ProxiedConnection> fail)
    {
        foreach (var connection in connections.ToList())
            fail(connection);
        return Task.CompletedTask;
    }
}

public sealed class AbandonedReadTests
{
    [Fact]
    public async Task A_read_is_delivered_something_after_its_connection_has_broken_and_been_looked_after()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var proxy = new FaultyProxy(server.Port);
        await using var host = await NumbersHost.StartAsync(ServerProcess.Client(proxy.Port), configure: NumbersHost.NeverReclaims);
        // The read that waits then has only begun, and does not end before the next is published.
        await host.PublishAsync(0, 1);
        await host.HandlesAllAsync();
        await host.UntilAsync(() => proxy.Waiting.Any(static connection => connection.IsWaitingForGroup), () => "no read waits");
        var looks = await server.CallsAsync("xpending");
        Assert.Single(proxy.Waiting, static connection => connection.IsWaitingForGroup).Abandon();
        await host.UntilAsync(async () => await server.CallsAsync("xpending") > looks, () => "nobody has looked");
        await host.PublishAsync(1, 1);
        await host.HandlesAllAsync();
        Assert.All(host.Times, static times => Assert.Equal(1, times));
    }
}

public sealed class HungSharedConnectionTests(RedisServer server) : NetworkTest(server)
{
    [Fact]
    public Task The_connection_that_commands_share_hangs() =>
        FailsAsync(_ => BrokenConnectionTests.EachAsync(Proxy.Connections.Except(Proxy.Waiting), static connection => connection.Stall()));
}

public sealed class HungWaitingConnectionTests(RedisServer server) : NetworkTest(server)
{
    [Fact]
    public Task The_connection_on_which_a_read_waits_hangs() => FailsAsync(_ => BrokenConnectionTests.EachAsync(Proxy.Waiting, static connection => connection.Stall()));
}
