using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>XADD with IDMP and IDMPAUTO, XIDMPRECORD, XCFGSET and the figures of XINFO, as Redis 8.6 has them.</summary>
public sealed class IdempotencyRepliesTests
{
    private const string Failed = "-ERR CONFIG SET failed (possibly related to argument ";
    private const string First = "$14\r\n946684800000-0\r\n", Second = "$14\r\n946684800000-1\r\n";

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("XADD s IDMP p 1 * a 1", First)]
    [InlineData("xadd s idmp p 1 * other fields", First)]
    [InlineData("XADD s MAXLEN 0 IDMP p 1 * a 1", First)]
    [InlineData("XADD s IDMP p 2 * a 1", Second)]
    [InlineData("XADD s NOMKSTREAM IDMP q 1 MAXLEN ~ 5 * a 1", Second)]
    [InlineData("XADD s IDMPAUTO p * a 1", Second)]
    [InlineData("XADD t NOMKSTREAM IDMP p 1 * a 1", "$-1\r\n")]
    [InlineData("XADD s IDMP p 1 5-0 a 1", "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs\r\n")]
    [InlineData("XADD s IDMPAUTO p 946684800000-* a 1", "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs\r\n")]
    [InlineData("XADD s IDMP p 1 IDMP p 2 * a 1", "-ERR syntax error, IDMP/IDMPAUTO specified multiple times\r\n")]
    [InlineData("XADD s IDMPAUTO p IDMP p 2 * a 1", "-ERR syntax error, IDMP/IDMPAUTO specified multiple times\r\n")]
    [InlineData("XADD s IDMP \"\" 1 * a 1", "-ERR syntax error, IDMP requires a non-empty producer ID\r\n")]
    [InlineData("XADD s IDMP p \"\" * a 1", "-ERR syntax error, IDMP requires a non-empty idempotent ID\r\n")]
    [InlineData("XADD s IDMPAUTO \"\" * a 1", "-ERR syntax error, IDMPAUTO requires a non-empty producer ID\r\n")]
    [InlineData("XADD s IDMP p 1 * a", "-ERR wrong number of arguments for 'xadd' command\r\n")]
    [InlineData("XADD s IDMP p 1 a 1", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    [InlineData("XCFGSET s IDMP-DURATION 86400 IDMP-MAXSIZE 10000", "+OK\r\n")]
    [InlineData("xcfgset s idmp-maxsize 1", "+OK\r\n")]
    [InlineData("XIDMPRECORD s p 1 946684800000-0", "+OK\r\n")]
    [InlineData("xidmprecord s p 2 946684800000", "+OK\r\n")]
    [InlineData("XIDMPRECORD s p 1 5-0", "-ERR No such message in stream\r\n")]
    [InlineData("XIDMPRECORD nothing p 1 5-0", "-ERR no such key\r\n")]
    [InlineData("XIDMPRECORD nothing p \"\" 5-0", "-ERR idempotent ID must be non-empty\r\n")]
    [InlineData("XIDMPRECORD text \"\" \"\" 5-0", "-ERR producer ID must be non-empty\r\n")]
    [InlineData("XIDMPRECORD text \"\" \"\" x", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    [InlineData("XIDMPRECORD text p 1 5-0", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")]
    [InlineData("XIDMPRECORD s p 1", "-ERR wrong number of arguments for 'xidmprecord' command\r\n")]
    [InlineData("XCFGSET nothing IDMP-MAXSIZE 1", "-ERR no such key\r\n")]
    [InlineData("XCFGSET nothing OTHER x", "-ERR no such key\r\n")]
    [InlineData("XCFGSET text", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")]
    [InlineData("XCFGSET s IDMP-MAXSIZE 5 idmp-maxsize x", "-ERR IDMP-MAXSIZE specified multiple times\r\n")]
    [InlineData("XCFGSET s IDMP-DURATION 5 IDMP-MAXSIZE 5 IDMP-DURATION 5", "-ERR IDMP-DURATION specified multiple times\r\n")]
    [InlineData("XCFGSET s IDMP-MAXSIZE 0 IDMP-DURATION", "-ERR IDMP-MAXSIZE must be between 1 and 10000 entries\r\n")]
    [InlineData("XCFGSET s", "-ERR At least one parameter must be specified\r\n")]
    [InlineData("XCFGSET s IDMP-DURATION", "-ERR syntax error\r\n")]
    [InlineData("XCFGSET s OTHER 1", "-ERR syntax error\r\n")]
    [InlineData("XCFGSET s IDMP-DURATION x", "-ERR value is not an integer or out of range\r\n")]
    [InlineData("XCFGSET s IDMP-DURATION 0", "-ERR IDMP-DURATION must be between 1 and 86400 seconds\r\n")]
    [InlineData("XCFGSET s IDMP-DURATION 86401", "-ERR IDMP-DURATION must be between 1 and 86400 seconds\r\n")]
    [InlineData("XCFGSET s IDMP-MAXSIZE 10001", "-ERR IDMP-MAXSIZE must be between 1 and 10000 entries\r\n")]
    public async Task An_append_is_done_once(string line, string reply)
    {
        await using var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        Assert.Equal(First, await client.AskAsync("XADD s IDMP p 1 * a 1\r\n"));
        await client.AskAsync("SET text 1\r\n");

        Assert.Equal(reply, await client.AskAsync(line + "\r\n"));
    }

    [Fact]
    public async Task Fields_tell_an_append()
    {
        await using var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();

        Assert.Equal(First, await client.AskAsync("XADD s IDMPAUTO p * a 1 b 2\r\n"));
        Assert.Equal(First, await client.AskAsync("XADD s IDMPAUTO p * b 2 a 1\r\n"));
        Assert.Equal(Second, await client.AskAsync("XADD s IDMPAUTO p * b 1 a 2\r\n"));
    }

    [Theory]
    [InlineData("XADD s IDMP p 1 * a 1")]
    [InlineData("XIDMPRECORD s p 2 946684800000-0")]
    [InlineData("XCFGSET s IDMP-DURATION 100 IDMP-MAXSIZE 99")]
    public async Task What_is_remembered_is_not_watched(string line)
    {
        await using var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        foreach (var before in (string[])["XADD s IDMP p 1 * a 1", "WATCH s", line, "MULTI"])
            await client.AskAsync(before + "\r\n");

        Assert.Equal("*0\r\n", await client.AskAsync("EXEC\r\n"));
    }

    [Theory]
    [InlineData("CONFIG SET stream-idmp-maxsize 2 STREAM-IDMP-DURATION 7", "+OK\r\n", "7", "2")]
    [InlineData("CONFIG SET stream-idmp-maxsize 10000", "+OK\r\n", "100", "10000")]
    [InlineData("CONFIG SET stream-idmp-duration 86400", "+OK\r\n", "86400", "100")]
    [InlineData("CONFIG SET stream-idmp-maxsize 2 stream-idmp-duration 0", Failed + "'stream-idmp-duration') - argument must be between 1 and 86400 inclusive\r\n")]
    [InlineData("CONFIG SET STREAM-idmp-duration 86401", Failed + "'stream-idmp-duration') - argument must be between 1 and 86400 inclusive\r\n")]
    [InlineData("CONFIG SET stream-idmp-maxsize 10001", Failed + "'stream-idmp-maxsize') - argument must be between 1 and 10000 inclusive\r\n")]
    [InlineData("CONFIG SET stream-idmp-maxsize x", Failed + "'stream-idmp-maxsize') - argument couldn't be parsed into an integer\r\n")]
    [InlineData("CONFIG SET stream-idmp-maxsize 2 STREAM-idmp-maxsize x", Failed + "'STREAM-idmp-maxsize') - duplicate parameter\r\n")]
    [InlineData("CONFIG SET stream-idmp-maxsize x nothing 2", "-ERR Unknown option or number of arguments for CONFIG SET - 'nothing'\r\n")]
    [InlineData("CONFIG SET stream-idmp-maxsize 2 stream-idmp-duration", "-ERR syntax error\r\n")]
    public async Task CONFIG_sets_what_new_streams_remember(string line, string reply, string duration = "100", string maxIds = "100")
    {
        await using var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        await client.AskAsync("XADD old * a 1\r\n");

        Assert.Equal(reply, await client.AskAsync(line + "\r\n"));

        await client.AskAsync("XADD new * a 1\r\n");
        Assert.Equal(
            $"*4\r\n$20\r\nstream-idmp-duration\r\n${duration.Length}\r\n{duration}\r\n$19\r\nstream-idmp-maxsize\r\n${maxIds.Length}\r\n{maxIds}\r\n",
            await client.AskAsync("CONFIG GET stream-idmp*\r\n"));
        Assert.Contains($"idmp-duration\r\n:{duration}\r\n$12\r\nidmp-maxsize\r\n:{maxIds}\r\n", await client.AskAsync("XINFO STREAM new\r\n"));
        Assert.Contains("idmp-duration\r\n:100\r\n$12\r\nidmp-maxsize\r\n:100\r\n", await client.AskAsync("XINFO STREAM old\r\n"));
    }

    [Fact]
    public async Task XINFO_tells_what_is_remembered()
    {
        await using var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        foreach (var line in (string[])["XADD s * a 1", "XCFGSET s IDMP-DURATION 2 IDMP-MAXSIZE 5", "XADD s IDMP p 1 * a 1", "XADD s IDMP p 1 * a 1", "XADD s IDMP q 1 * a 1"])
            await client.AskAsync(line + "\r\n");

        Assert.StartsWith("*32\r\n$6\r\nlength\r\n:3\r\n", await client.AskAsync("XINFO STREAM s\r\n"));
        Assert.Contains(Figures(2, 2, 2, 1) + "$6\r\ngroups\r\n:0\r\n", await client.AskAsync("XINFO STREAM s\r\n"));
        Assert.Contains(Figures(2, 2, 2, 1) + "$7\r\nentries\r\n*3\r\n", await client.AskAsync("XINFO STREAM s FULL\r\n"));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await host.Engine.RenameAsync("s", "t"));
        await client.AskAsync("HELLO 3\r\n");
        Assert.StartsWith("%16\r\n$6\r\nlength\r\n", await client.AskAsync("XINFO STREAM t\r\n"));
        Assert.StartsWith("%15\r\n$6\r\nlength\r\n", await client.AskAsync("XINFO STREAM t FULL\r\n"));
        Assert.Contains(Figures(0, 0, 2, 1), await client.AskAsync("XINFO STREAM t\r\n"));

        static string Figures(int producers, int ids, int added, int duplicates) =>
            "$13\r\nidmp-duration\r\n:2\r\n$12\r\nidmp-maxsize\r\n:5\r\n"
            + $"$12\r\npids-tracked\r\n:{producers}\r\n$12\r\niids-tracked\r\n:{ids}\r\n$10\r\niids-added\r\n:{added}\r\n$15\r\niids-duplicates\r\n:{duplicates}\r\n";
    }

    [Fact]
    public async Task It_is_remembered_where_the_stream_gets_another_name()
    {
        await using var host = await ListenerHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        await client.AskAsync("XADD s IDMP p 1 * a 1\r\n");

        Assert.True(await host.Engine.RenameAsync("s", "t"));

        Assert.Equal(First, await client.AskAsync("XADD t IDMP p 1 * a 1\r\n"));
        Assert.True(await host.Engine.RestoreAsync("u", (await host.Engine.DumpAsync("t"))!));
        Assert.Equal(First, await client.AskAsync("XADD u IDMP p 1 * a 1\r\n"));
        Assert.Contains("$10\r\niids-added\r\n:1\r\n$15\r\niids-duplicates\r\n:1\r\n", await client.AskAsync("XINFO STREAM t\r\n"));
    }
}
