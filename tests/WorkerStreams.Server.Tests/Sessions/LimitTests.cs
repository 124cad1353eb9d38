using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class LimitTests
{
    [Fact]
    public async Task Who_says_nothing_for_too_long_is_sent_away_unless_he_waits()
    {
        var time = new FakeTimeProvider();
        await using var host = await ListenerHost.StartAsync(static options => options.IdleTimeout = TimeSpan.FromSeconds(10), time);
        using var idle = await host.ConnectAsync();
        using var waiting = await host.ConnectAsync();
        using var busy = await host.ConnectAsync();
        await idle.CallAsync("PING");
        await waiting.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await host.UntilBlockedAsync(1);

        for (var i = 0; i < 11; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await busy.CallAsync("PING");
        }

        Assert.Equal("", await idle.ReadToEndAsync());
        await busy.CallAsync("XADD", "s", "1-1", "a", "1");
        Assert.StartsWith("*1\r\n", await waiting.ReadReplyAsync());
    }

    [Fact]
    public async Task A_reply_that_has_to_be_whole_is_no_longer_than_it_may_be()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxReplyBytes = 100_000);
        using var client = await host.ConnectAsync();
        for (var i = 0; i < 30; i++)
            await client.CallAsync("XADD", "s", "*", "a", new string('x', 5_000));
        // Sent as it is written.
        Assert.StartsWith("*30\r\n", await client.CallAsync("XRANGE", "s", "-", "+"));

        await client.SendAsync("MULTI\r\nXRANGE s - + COUNT 10\r\nEXEC\r\n");
        Assert.Equal(("+OK\r\n", "+QUEUED\r\n"), (await client.ReadReplyAsync(), await client.ReadReplyAsync()));
        Assert.StartsWith("*1\r\n*10\r\n", await client.ReadReplyAsync());
        foreach (var line in (string[])["MULTI", "XRANGE s - +", "XLEN s", "SET after x"])
            Assert.StartsWith("+", await client.AskAsync(line + "\r\n"));
        await client.SendAsync("EXEC\r\n");

        Assert.InRange((await client.ReadToEndAsync()).Length, 0, 100_000);
        using var other = await host.ConnectAsync();
        Assert.Equal("$1\r\nx\r\n", await other.CallAsync("GET", "after"));
    }
}
