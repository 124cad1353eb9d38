using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class DumpTests
{
    private static readonly string[] Story =
    [
        "XADD s 1-1 a 1", "XADD s 2-0 b 2 c 3", "XADD s 3-0 d 4", "XADD s 4-0 e 5", "XDEL s 4-0", "XSETID s 9-0 ENTRIESADDED 20",
        "XGROUP CREATE s g 0", "XGROUP CREATE s h 2-0 ENTRIESREAD 2", "XREADGROUP GROUP g gone COUNT 1 STREAMS s >", "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
        "XREADGROUP GROUP g d STREAMS s >", "XGROUP DELCONSUMER s g gone", "XCLAIM s g c 0 3-0 RETRYCOUNT 7", "XNACK s g FAIL IDS 1 2-0",
    ];

    [Fact]
    public async Task What_is_restored_is_what_was_dumped()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await FilledAsync(host);
        var dump = await DumpAsync(client, "s");

        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "0", dump));

        Assert.Equal(await client.AskAsync("XINFO STREAM s FULL\r\n"), await client.AskAsync("XINFO STREAM t FULL\r\n"));
        Assert.Equal("$3\r\n9-1\r\n", await client.AskAsync("XADD t 9-* a 1\r\n"));
        Assert.Equal("-BUSYKEY Target key name already exists.\r\n", await client.CallAsync("RESTORE", "t", "0", dump));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "5000", dump, "REPLACE"));
        Assert.Equal(":5\r\n", await client.AskAsync("TTL t\r\n"));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "4000000000000", dump, "REPLACE", "ABSTTL"));
        Assert.Equal(":4000000000000\r\n", await client.AskAsync("PEXPIRETIME t\r\n"));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "1", dump, "REPLACE", "ABSTTL"));
        Assert.Equal(":0\r\n", await client.AskAsync("EXISTS t\r\n"));
        Assert.StartsWith("+OK", await client.AskAsync("SET t x\r\n"));
        Assert.StartsWith("-ERR DUMP is for streams", await client.AskAsync("DUMP t\r\n"));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "0", dump, "REPLACE"));
        Assert.Equal("+stream\r\n", await client.AskAsync("TYPE t\r\n"));
    }

    [Fact]
    public async Task One_in_another_database_and_of_another_engine_is_taken()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var other = await ListenerHost.StartAsync();
        using var client = await FilledAsync(host);
        using var elsewhere = await other.ConnectAsync();
        await elsewhere.CallAsync("SELECT", "4");

        Assert.Equal("+OK\r\n", await elsewhere.CallAsync("RESTORE", "s", "0", await DumpAsync(client, "s")));

        Assert.Equal(await client.AskAsync("XINFO STREAM s FULL\r\n"), await elsewhere.AskAsync("XINFO STREAM s FULL\r\n"));
    }

    private static async Task<RespClient> FilledAsync(ListenerHost host)
    {
        var client = await host.ConnectAsync();
        foreach (var line in Story)
            Assert.DoesNotContain("-ERR", await client.AskAsync(line + "\r\n"));
        return client;
    }

    // Without its length.
    private static async Task<string> DumpAsync(RespClient client, string key)
    {
        var reply = await client.CallAsync("DUMP", key);
        return reply[(reply.IndexOf('\n', StringComparison.Ordinal) + 1)..^2];
    }
}
