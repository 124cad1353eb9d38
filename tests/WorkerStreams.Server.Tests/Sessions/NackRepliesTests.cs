using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>XNACK, and what becomes of it in other replies, as Redis 8.8 has it.</summary>
public sealed class NackRepliesTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("XNACK s g FAIL IDS 1 1-0", 1, "*4\r\n$3\r\n1-0\r\n$0\r\n\r\n:-1\r\n:1\r\n")]
    [InlineData("xnack s g silent ids 2 1 9", 1, "*4\r\n$3\r\n1-0\r\n$0\r\n\r\n:-1\r\n:0\r\n")]
    [InlineData("XNACK s g FATAL IDS 1 1-0", 1, "*4\r\n$3\r\n1-0\r\n$0\r\n\r\n:-1\r\n:9223372036854775807\r\n")]
    [InlineData("XNACK s g FATAL IDS 1 1-0 RETRYCOUNT 7", 1, "*4\r\n$3\r\n1-0\r\n$0\r\n\r\n:-1\r\n:7\r\n")]
    [InlineData("XNACK s g FAIL IDS 1 1-0 FORCE RETRYCOUNT 0", 1, "*4\r\n$3\r\n1-0\r\n$0\r\n\r\n:-1\r\n:0\r\n")]
    [InlineData("XNACK s g FAIL IDS 2 1-0 1-0", 2, "*4\r\n$3\r\n1-0\r\n$0\r\n\r\n:-1\r\n:1\r\n")]
    [InlineData("XNACK s g FAIL IDS 1 3-0", 0, "*4\r\n$3\r\n1-0\r\n$1\r\nc\r\n:1000\r\n:1\r\n")]
    public async Task An_entry_is_handed_back(string line, int count, string pending)
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal($":{count}\r\n", await client.AskAsync(line + "\r\n"));

        Assert.Equal($"*1\r\n{pending}", await client.AskAsync("XPENDING s g - 1 10\r\n"));
    }

    [Theory]
    [InlineData("XNACK s g FAIL IDS 1", "-ERR wrong number of arguments for 'xnack' command\r\n")]
    [InlineData("XNACK s g OTHER IDS 1 1-0", "-ERR mode must be SILENT, FAIL, or FATAL\r\n")]
    [InlineData("XNACK s g FAIL 1 1-0 2-0", "-ERR syntax error, expected IDS keyword\r\n")]
    [InlineData("XNACK s g FAIL IDS 0 1-0", "-ERR numids must be a positive integer\r\n")]
    [InlineData("XNACK s g FAIL IDS x 1-0", "-ERR numids must be a positive integer\r\n")]
    [InlineData("XNACK s g FAIL IDS 2 1-0", "-ERR number of IDs doesn't match numids\r\n")]
    [InlineData("XNACK s g FAIL IDS 1 1-0 2-0", "-ERR Unrecognized XNACK option '2-0'\r\n")]
    [InlineData("XNACK s g FAIL IDS 1 1-0 RETRYCOUNT", "-ERR Unrecognized XNACK option 'RETRYCOUNT'\r\n")]
    [InlineData("XNACK s g FAIL IDS 1 1-0 RETRYCOUNT -1", "-ERR Invalid RETRYCOUNT value, must be >= 0\r\n")]
    [InlineData("XNACK s g FAIL IDS 1 1-0 RETRYCOUNT x", "-ERR Invalid RETRYCOUNT value, must be >= 0\r\n")]
    [InlineData("XNACK s g FAIL IDS 2 1-0 x", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    [InlineData("XNACK s nothing FAIL IDS 1 1-0", "-NOGROUP No such key 's' or consumer group 'nothing'\r\n")]
    [InlineData("XNACK nothing g FAIL IDS 1 x", "-NOGROUP No such key 'nothing' or consumer group 'g'\r\n")]
    public async Task What_is_wrong_changes_nothing(string line, string error)
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(error, await client.AskAsync(line + "\r\n"));

        Assert.Equal("*4\r\n:2\r\n$3\r\n1-0\r\n$3\r\n2-0\r\n*1\r\n*2\r\n$1\r\nc\r\n$1\r\n2\r\n", await client.AskAsync("XPENDING s g\r\n"));
    }

    [Fact]
    public async Task Other_replies_tell_of_it()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();
        await client.AskAsync("XNACK s g FAIL IDS 1 1-0\r\n");

        Assert.Equal("*4\r\n:2\r\n$3\r\n1-0\r\n$3\r\n2-0\r\n*1\r\n*2\r\n$1\r\nc\r\n$1\r\n1\r\n", await client.AskAsync("XPENDING s g\r\n"));
        Assert.Contains(
            "$9\r\npel-count\r\n:2\r\n$12\r\nnacked-count\r\n:1\r\n$7\r\npending\r\n*2\r\n*4\r\n$3\r\n1-0\r\n$0\r\n\r\n:0\r\n:1\r\n*4\r\n$3\r\n2-0\r\n$1\r\nc\r\n:946684800000\r\n:1\r\n",
            await client.AskAsync("XINFO STREAM s FULL\r\n"));
        Assert.Contains("$7\r\npending\r\n:2\r\n", await client.AskAsync("XINFO GROUPS s\r\n"));
        Assert.Contains("$7\r\npending\r\n:1\r\n", await client.AskAsync("XINFO CONSUMERS s g\r\n"));

        await client.AskAsync("XNACK s g FAIL IDS 1 2-0\r\n");
        Assert.Equal("*4\r\n:2\r\n$3\r\n1-0\r\n$3\r\n2-0\r\n*0\r\n", await client.AskAsync("XPENDING s g\r\n"));
    }

    [Fact]
    public async Task It_stays_in_its_turn_where_the_stream_gets_another_name()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();
        await client.AskAsync("XNACK s g FAIL IDS 2 2-0 1-0\r\n");

        Assert.True(await host.Engine.RenameAsync("s", "t"));

        Assert.Equal("*4\r\n:2\r\n$3\r\n1-0\r\n$3\r\n2-0\r\n*0\r\n", await client.AskAsync("XPENDING t g\r\n"));
        Assert.StartsWith("*1\r\n*2\r\n$1\r\nt\r\n*2\r\n*4\r\n$3\r\n2-0\r\n", await client.AskAsync("XREADGROUP GROUP g d CLAIM 99999999 STREAMS t >\r\n"));
    }

    // 1-0 and 2-0 are pending for c since a second.
    private async Task<ListenerHost> StartAsync()
    {
        var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        foreach (var line in (string[])["XGROUP CREATE s g 0 MKSTREAM", "XADD s 1-0 a 1", "XADD s 2-0 a 2", "XREADGROUP GROUP g c STREAMS s >"])
            await client.AskAsync(line + "\r\n");
        _time.Advance(TimeSpan.FromSeconds(1));
        return host;
    }
}
