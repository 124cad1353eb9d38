using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class PasswordTests
{
    private const string Wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n", Needed = "-NOAUTH Authentication required.\r\n";

    [Fact]
    public async Task Nothing_is_done_for_who_does_not_tell_it()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(Needed, await client.CallAsync("PING"));
        Assert.Equal(Needed, await client.CallAsync("XADD", "s", "*", "a", "1"));
        Assert.StartsWith("-ERR unknown command", await client.CallAsync("FOO"));
        Assert.StartsWith("-NOAUTH HELLO must be called", await client.CallAsync("HELLO", "3"));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "secre"));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "secret "));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "other", "secret"));
        Assert.Equal(Wrong, await client.CallAsync("HELLO", "3", "AUTH", "default", ""));
        Assert.Equal(Needed, await client.CallAsync("PING"));
        Assert.False(await host.Engine.ExistsAsync("s"));
    }

    [Fact]
    public async Task Who_tells_it_is_let_in_until_RESET()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal("+OK\r\n", await client.CallAsync("AUTH", "secret"));
        Assert.Equal("+PONG\r\n", await client.CallAsync("PING"));
        Assert.Equal("+RESET\r\n", await client.CallAsync("RESET"));
        Assert.Equal(Needed, await client.CallAsync("PING"));
        Assert.StartsWith("%7\r\n", await client.CallAsync("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"));
        Assert.Equal("$2\r\nme\r\n", await client.CallAsync("CLIENT", "GETNAME"));
    }

    [Fact]
    public async Task A_stranger_may_send_little()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync("*11\r\n");

        Assert.Equal("-ERR Protocol error: unauthenticated multibulk length\r\n", await client.ReadToEndAsync());
    }

    private static Task<ListenerHost> StartAsync() => ListenerHost.StartAsync(static options => options.Password = "secret");
}
