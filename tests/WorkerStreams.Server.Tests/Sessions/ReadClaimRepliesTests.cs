using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>XREADGROUP CLAIM, as Redis 8.4 has it.</summary>
public sealed class ReadClaimRepliesTests
{
    private const string Old = "*4\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n:1000\r\n:1\r\n", New = "*4\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$1\r\n2\r\n:0\r\n:0\r\n";

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("XREADGROUP GROUP g d CLAIM 1000 STREAMS s >", "*1\r\n*2\r\n$1\r\ns\r\n*2\r\n" + Old + New)]
    [InlineData("xreadgroup claim 1 group g d claim 1000 streams s >", "*1\r\n*2\r\n$1\r\ns\r\n*2\r\n" + Old + New)]
    [InlineData("XREADGROUP GROUP g d CLAIM 1001 STREAMS s >", "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + New)]
    [InlineData("XREADGROUP GROUP g d COUNT 1 CLAIM 0 STREAMS s >", "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + Old)]
    [InlineData("XREADGROUP GROUP g c NOACK CLAIM 0 COUNT 5 STREAMS s >", "*1\r\n*2\r\n$1\r\ns\r\n*2\r\n" + Old + New)]
    [InlineData("XREADGROUP GROUP g c CLAIM 0 STREAMS s 0", "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n")]
    [InlineData("XREADGROUP GROUP g d CLAIM 0 STREAMS t s > 0", "*1\r\n*2\r\n$1\r\ns\r\n*0\r\n")]
    [InlineData("XREADGROUP GROUP g d CLAIM 9223372036854775807 STREAMS t >", "*-1\r\n")]
    [InlineData("XREADGROUP GROUP g d CLAIM -1 STREAMS s >", "-ERR min-idle-time must be a positive integer\r\n")]
    [InlineData("XREADGROUP GROUP g d CLAIM x STREAMS s >", "-ERR min-idle-time is not an integer or out of range\r\n")]
    [InlineData("XREADGROUP GROUP g d CLAIM 9223372036854775808 STREAMS s >", "-ERR min-idle-time is not an integer or out of range\r\n")]
    [InlineData("XREAD CLAIM 0 STREAMS s 0", "-ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.\r\n")]
    public async Task Entries_come_in_four_parts(string line, string reply)
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(reply, await client.AskAsync(line + "\r\n"));
    }

    [Fact]
    public async Task RESP3_has_a_map_of_them()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();
        await client.AskAsync("HELLO 3\r\n");

        Assert.Equal("%1\r\n$1\r\ns\r\n*2\r\n" + Old + New, await client.AskAsync("XREADGROUP GROUP g d CLAIM 1000 STREAMS t s > >\r\n"));
        Assert.Equal(
            "*4\r\n:2\r\n$3\r\n1-0\r\n$3\r\n2-0\r\n*1\r\n*2\r\n$1\r\nd\r\n$1\r\n2\r\n", await client.AskAsync("XPENDING s g\r\n"));
    }

    [Fact]
    public async Task Who_waits_is_answered_when_an_entry_is_old_enough()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();
        using var other = await host.ConnectAsync();
        await client.AskAsync("XREADGROUP GROUP g c STREAMS s >\r\n");
        await client.SendAsync("XREADGROUP GROUP g d BLOCK 0 CLAIM 1500 STREAMS s >\r\n");
        while (!(await other.AskAsync("CLIENT LIST\r\n")).Contains("flags=b", StringComparison.Ordinal))
        {
            // It is on its way.
        }

        _time.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" + Old.Replace(":1000", ":1500", StringComparison.Ordinal), await client.ReadReplyAsync());
    }

    // 1-0 is pending for c since a second, and 2-0 is new.
    private async Task<ListenerHost> StartAsync()
    {
        var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        foreach (var line in (string[])["XGROUP CREATE s g 0 MKSTREAM", "XGROUP CREATE t g 0 MKSTREAM", "XADD s 1-0 a 1", "XREADGROUP GROUP g c STREAMS s >", "XADD s 2-0 a 2"])
            await client.AskAsync(line + "\r\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        return host;
    }
}
