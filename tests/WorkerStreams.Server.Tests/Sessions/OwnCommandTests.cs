using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>The commands for the framework's steps, as a client sees them: their replies, and what is wrong with their words.</summary>
public sealed class OwnCommandTests
{
    private const string Syntax = "-ERR syntax error\r\n", NoId = "-ERR Invalid stream ID specified as stream command argument\r\n", NoNumber = "-ERR value is not an integer or out of range\r\n";

    [Theory]
    [InlineData("WS.SETTLE 1 s g a '' 1-0 3-0 4 ACK '1-0 2-0' RENEW 3-0 ACK 9-0", "$4\r\n0012\r\n")]
    [InlineData("ws.settle 2 s {s}:dead g a '' 1-0 1-0 1 DEAD 1-0 2 f v", "$1\r\n0\r\n")]
    [InlineData("WS.SETTLE 2 s {s}:holders g a me 1-0 1-0 1 RELEASE 1-0", "$1\r\n0\r\n")]
    [InlineData("WS.SETTLE 1 s g a '' 0-0 0-0 0", "$0\r\n\r\n")]
    [InlineData("WS.CLAIM 1 s g b '' 0 '1-0 1-0 3-0' 1 a", "*2\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n*3\r\n$3\r\n1-0\r\n:0\r\n:1\r\n")]
    [InlineData("WS.CLAIM 1 s g b '' 0 '1-0 1-0' 0 '' RETRYCOUNT 7 JUSTID", "*2\r\n*2\r\n$3\r\n1-0\r\n$3\r\n1-0\r\n*6\r\n$3\r\n1-0\r\n:0\r\n:7\r\n$3\r\n1-0\r\n:0\r\n:7\r\n")]
    [InlineData("WS.AUTOCLAIM 1 s g b 0 2-0 10 COUNT 1", "*2\r\n*3\r\n$3\r\n3-0\r\n*1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n*0\r\n*3\r\n$3\r\n2-0\r\n:0\r\n:1\r\n")]
    [InlineData("WS.HISTORY 2 s t g a 9 2 COUNT 1 1-0 >", "*2\r\n*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n*2\r\n*3\r\n$3\r\n2-0\r\n:0\r\n:1\r\n*0\r\n")]
    [InlineData("WS.HOLD 2 s {s}:holders g a me 1000 500 ''", "*3\r\n$2\r\nme\r\n:1000\r\n*0\r\n")]
    [InlineData("WS.LEAVE 2 s {s}:holders g a me", ":0\r\n")]
    [InlineData("WS.COLLECT 2 s {s}:holders g 0", "*1\r\n$1\r\nn\r\n")]
    [InlineData("WS.APPEND 1 s 0 2 MAXLEN 1 4-0 2 f v 3-0 2 f v", "*2\r\n$3\r\n4-0\r\n$81\r\n-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n")]
    [InlineData("WS.APPEND 1 none 1 0 NOMKSTREAM * 2 f v", "*1\r\n$-1\r\n")]
    [InlineData("WS.MOVE 2 s s 9-0 2 f v", "*1\r\n$-1\r\n")]
    [InlineData("WS.DELETE 1 s ACKED XDELEX '' '1-0 9-0'", "$2\r\n11\r\n")]
    [InlineData("WS.DELETE 1 s KEEPREF XACKDEL g '1-0 9-0'", "$2\r\n02\r\n")]
    public Task Reply(string line, string reply) => AnswersAsync(line, reply);

    [Theory]
    [InlineData("WS.SETTLE 4 s s s s g a '' 0-0 0-0 0", "-ERR wrong number of keys for 'ws.settle' command\r\n")]
    [InlineData("WS.SETTLE 0 s g a '' 0-0 0-0 0 ACK 1-0", "-ERR wrong number of keys for 'ws.settle' command\r\n")]
    [InlineData("WS.SETTLE x s g a '' 0-0 0-0 0", NoNumber)]
    [InlineData("WS.SETTLE 3 s s s g a '' 0-0 0-0", "-ERR wrong number of arguments for 'ws.settle' command\r\n")]
    [InlineData("WS.SETTLE 1 s g a '' 0-0 0-0 2 ACK 1-0", "-ERR the number of ids is not as it is told\r\n")]
    [InlineData("WS.SETTLE 1 s g a '' 0-0 0-0 1 ACK", Syntax)]
    [InlineData("WS.SETTLE 1 s g a '' 0-0 0-0 1 KEEP 1-0", Syntax)]
    [InlineData("WS.SETTLE 1 s g a '' 0-0 0-0 1 ACK x", NoId)]
    [InlineData("WS.SETTLE 2 s s g a '' 0-0 0-0 2 DEAD '1-0 2-0' 2 f v", Syntax)]
    [InlineData("WS.SETTLE 2 s s g a '' 0-0 0-0 1 DEAD 1-0 3 f v g", "-ERR wrong number of arguments for 'xadd' command\r\n")]
    [InlineData("WS.SETTLE 2 s s g a '' 0-0 0-0 1 DEAD 1-0 4 f v", "-ERR wrong number of arguments for 'xadd' command\r\n")]
    [InlineData("WS.SETTLE 2 s s g a '' 0-0 0-0 1 DEAD 1-0 -2 f v", "-ERR wrong number of arguments for 'xadd' command\r\n")]
    [InlineData("WS.SETTLE 2 s s g a '' 0-0 0-0 1 DEAD 1-0", Syntax)]
    [InlineData("WS.SETTLE 1 text g a '' 0-0 0-0 0", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")]
    [InlineData("WS.CLAIM 1 s g b '' 0 1-0 2 a", Syntax)]
    [InlineData("WS.CLAIM 1 s g b '' x 1-0 0 a", "-ERR Invalid min-idle-time argument for XCLAIM\r\n")]
    [InlineData("WS.CLAIM 1 s none b '' x 1-0 0 a", "-NOGROUP No such key 's' or consumer group 'none'\r\n")]
    [InlineData("WS.CLAIM 1 s g b '' 0 1-0 0 a OTHER", "-ERR Unrecognized XCLAIM option 'OTHER'\r\n")]
    [InlineData("WS.AUTOCLAIM 1 s g b 0 0-0 10 COUNT 0", "-ERR COUNT must be > 0\r\n")]
    [InlineData("WS.HISTORY 1 s g a 9 -1 0-0", Syntax)]
    [InlineData("WS.HISTORY 1 s g a 9 9223372036854775807 0-0", Syntax)]
    [InlineData("WS.HISTORY 1 s g a 9 2 STREAMS t 0-0", NoId)]
    [InlineData("WS.HISTORY 9223372036854775807 s g a 9 0 0-0", "-ERR wrong number of keys for 'ws.history' command\r\n")]
    [InlineData("WS.HISTORY 1 s g a 9 0 x", NoId)]
    [InlineData("WS.HOLD 1 s g a me 1000 500 ''", "-ERR wrong number of arguments for 'ws.hold' command\r\n")]
    [InlineData("WS.HOLD 2 s {s}:holders none a me 1000 500 ''", "-NOGROUP No such key 's' or consumer group 'none'\r\n")]
    [InlineData("WS.HOLD 2 s {s}:holders g a me x 500 ''", NoNumber)]
    [InlineData("WS.APPEND 1 s 0 2 MAXLEN x * 2 f v", NoNumber)]
    [InlineData("WS.APPEND 1 s 1 0 MAXLEN 1 * 2 f v", Syntax)]
    [InlineData("WS.APPEND 1 s 9 9223372036854775807 * 2 f v", Syntax)]
    [InlineData("WS.APPEND 1 s 2 0 IDMPAUTO p * 2 f v", Syntax)]
    [InlineData("WS.APPEND 1 s 0 0 *", "-ERR wrong number of arguments for 'xadd' command\r\n")]
    [InlineData("WS.APPEND 1 s 0 0 x 2 f v", NoId)]
    [InlineData("WS.MOVE 2 s t 1-0 2 f v", "-ERR the stream 't' must be of the same hash slot as the stream 's' that entries leave for it, such as its companion\r\n")]
    [InlineData("WS.MOVE 2 s s 1-0 0", "-ERR wrong number of arguments for 'xadd' command\r\n")]
    [InlineData("WS.DELETE 1 s OTHER XDELEX '' 1-0", Syntax)]
    [InlineData("WS.DELETE 1 s KEEPREF XDEL '' 1-0", Syntax)]
    [InlineData("WS.DELETE 1 s KEEPREF XDELEX '' '1-0 -'", NoId)]
    public Task Refuse(string line, string error) => AnswersAsync(line, error);

    [Fact]
    public async Task In_another_database_keys_are_its_own()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        await client.CallAsync("SELECT", "3");
        Assert.Equal("*1\r\n$3\r\n7-0\r\n", await client.AskAsync("WS.APPEND 1 s 0 0 7-0 2 f v\r\n"));
        Assert.Equal(":1\r\n", await client.CallAsync("XLEN", "s"));
        Assert.Equal("-NOGROUP No such key 's' or consumer group 'g'\r\n", await client.AskAsync("WS.COLLECT 2 s {s}:holders g 0\r\n"));
    }

    [Fact]
    public async Task In_another_database_too_a_stream_and_its_companion_change_in_one_step()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();
        foreach (var line in (string[])["SELECT 15", "XADD s 1-0 f v", "XGROUP CREATE s g 0", "XREADGROUP GROUP g a STREAMS s >"])
            await client.AskAsync(line + "\r\n");

        Assert.Equal("$1\r\n0\r\n", await client.AskAsync("WS.SETTLE 2 s {s}:dead g a '' 1-0 1-0 1 DEAD 1-0 2 f v\r\n"));
        Assert.StartsWith("*1\r\n$", await client.AskAsync("WS.MOVE 2 s {s}:moved 1-0 2 f v\r\n"));
        Assert.Equal(":1\r\n", await client.CallAsync("XLEN", "{s}:dead"));
        Assert.Equal(":1\r\n", await client.CallAsync("XLEN", "{s}:moved"));
        Assert.Equal(
            "-ERR the stream 't' must be of the same hash slot as the stream 's' that entries leave for it, such as its companion\r\n", await client.AskAsync("WS.MOVE 2 s t 1-0 2 f v\r\n"));
    }

    [Fact]
    public async Task In_a_transaction_they_are_carried_out_with_the_others()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        await client.CallAsync("MULTI");
        Assert.Equal("+QUEUED\r\n", await client.AskAsync("WS.SETTLE 1 s g a '' 1-0 1-0 1 ACK 1-0\r\n"));
        Assert.Equal("+QUEUED\r\n", await client.AskAsync("WS.SETTLE 1 s g a '' 1-0 2-0 2 ACK '1-0 2-0'\r\n"));
        Assert.Equal("*2\r\n$1\r\n0\r\n$2\r\n20\r\n", await client.CallAsync("EXEC"));
    }

    private static async Task AnswersAsync(string line, string reply)
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(reply, await client.AskAsync(line + "\r\n"));
        Assert.Equal("+PONG\r\n", await client.CallAsync("PING"));
    }

    // On a clock that stands: of three entries two are pending for a, the third for b, and n has nothing.
    private static async Task<ListenerHost> StartAsync()
    {
        var host = await ListenerHost.StartAsync(time: new FakeTimeProvider());
        using var client = await host.ConnectAsync();
        foreach (var line in (string[])[
            "XADD s 1-0 f v", "XADD s 2-0 f v", "XADD s 3-0 f v", "XGROUP CREATE s g 0", "XGROUP CREATE t g 0 MKSTREAM", "XGROUP CREATECONSUMER s g n", "SET text x",
            "XREADGROUP GROUP g a COUNT 2 STREAMS s >", "XREADGROUP GROUP g b STREAMS s >"])
            await client.AskAsync(line + "\r\n");
        return host;
    }
}
