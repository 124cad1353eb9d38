using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>Replies that redis-server 7.0 has not or has otherwise: those of Redis 8, and what is told of the listener itself.</summary>
public sealed class OwnRepliesTests
{
    [Theory]
    [InlineData("XREAD STREAMS s", "-ERR wrong number of arguments for 'xread' command\r\n")]
    [InlineData("XREAD COUNT 1 STREAMS s 0 t", "-ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.\r\n")]
    [InlineData("XREADGROUP GROUP g c COUNT 1 STREAMS s 0 t", "-ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.\r\n")]
    [InlineData("XREAD BLOCK 9223372036854775807 STREAMS s $", "-ERR timeout is out of range\r\n")]
    [InlineData("XREAD STREAMS s +", "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n")]
    [InlineData("XREADGROUP GROUP g c STREAMS s +", "-ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.\r\n")]
    [InlineData("XSETID s 3-0 MAXDELETEDID 2-0", "+OK\r\n")]
    [InlineData("XSETID s 1-0", "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id\r\n")]
    [InlineData("XADD s 2-18446744073709551615 a 1", "$22\r\n2-18446744073709551615\r\n")]
    [InlineData("XADD s 2-* a 1", "-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n")]
    [InlineData("XGROUP CREATECONSUMER s g c", ":0\r\n")]
    [InlineData("FOO", "-ERR unknown command 'FOO'\r\n")]
    [InlineData("FOO a", "-ERR unknown command 'FOO', with args beginning with: 'a' \r\n")]
    [InlineData("CONFIG GET maxc*", "*2\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n")]
    [InlineData("CONFIG SET port 1", "-ERR CONFIG SET failed (possibly related to argument 'port') - can't set immutable config\r\n")]
    [InlineData("CLIENT SETINFO LIB-NAME redis-py", "+OK\r\n")]
    [InlineData("CLIENT SETINFO lib-ver 5.0", "+OK\r\n")]
    [InlineData("CLIENT SETINFO LIB-OTHER x", "-ERR Unrecognized option 'LIB-OTHER'\r\n")]
    [InlineData("CLIENT SETINFO LIB-NAME \"a b\"", "-ERR LIB-NAME cannot contain spaces, newlines or special characters.\r\n")]
    [InlineData("OBJECT IDLETIME s", ":0\r\n")]
    [InlineData("COMMAND INFO xadd nothing", "*2\r\n*10\r\n$4\r\nxadd\r\n:-5\r\n*3\r\n+write\r\n+denyoom\r\n+fast\r\n:1\r\n:1\r\n:1\r\n*0\r\n*0\r\n*0\r\n*0\r\n$-1\r\n")]
    [InlineData("COMMAND INFO ws.hold ws.settle", "*2\r\n*10\r\n$7\r\nws.hold\r\n:-10\r\n*1\r\n+write\r\n:2\r\n:3\r\n:1\r\n*0\r\n*0\r\n*0\r\n*0\r\n*10\r\n$9\r\nws.settle\r\n:-9\r\n*1\r\n+write\r\n:2\r\n:2\r\n:1\r\n*0\r\n*0\r\n*0\r\n*0\r\n")]
    [InlineData("COMMAND DOCS xlen", "*2\r\n$4\r\nxlen\r\n*4\r\n$7\r\nsummary\r\n$31\r\nCounts the entries of a stream.\r\n$5\r\ngroup\r\n$6\r\nstream\r\n")]
    public async Task Are_these(string line, string reply)
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        foreach (var before in (string[])["XADD s 1-0 a 1", "XADD s 2-0 b 2", "XGROUP CREATE s g 5", "XREADGROUP GROUP g c STREAMS s >"])
            await client.AskAsync(before + "\r\n");
        if (line == "XSETID s 1-0")
            await client.AskAsync("XDEL s 2-0\r\n");
        if (line == "XADD s 2-* a 1")
            await client.AskAsync("XADD s 2-18446744073709551615 a 1\r\n");

        Assert.Equal(reply, await client.AskAsync(line + "\r\n"));
    }

    [Fact]
    public async Task INFO_tells_what_is_asked_for()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.CallAsync("XADD", "s", "*", "a", "1");

        Assert.Contains("# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n", await client.CallAsync("INFO"));
        Assert.Equal("$57\r\n# Persistence\r\nloading:0\r\nrdb_changes_since_last_save:1\r\n\r\n", await client.CallAsync("INFO", "persistence"));
        await client.CallAsync("HELLO", "3");
        Assert.StartsWith("=", await client.CallAsync("INFO", "server"));
    }

    [Fact]
    public async Task CLIENT_LIST_tells_of_all_and_INFO_of_one()
    {
        await using var host = await ListenerHost.StartAsync();
        using var first = await host.ConnectAsync();
        await first.CallAsync("CLIENT", "SETNAME", "one");
        // Only now: who comes first has the first id.
        using var second = await host.ConnectAsync();
        await second.CallAsync("CLIENT", "SETNAME", "two");

        var (list, info) = (await first.CallAsync("CLIENT", "LIST"), await second.CallAsync("CLIENT", "INFO"));

        Assert.Matches("(?s)id=1 addr=127.0.0.1:.* name=one .* cmd=client\\|list .*id=2 .* name=two ", list);
        Assert.Matches("^\\$\\d+\r\nid=2 addr=127.0.0.1:\\d+ laddr=127.0.0.1:\\d+ name=two .* resp=2 ", info);
        Assert.Equal(":2\r\n", await second.CallAsync("CLIENT", "ID"));
    }
}
