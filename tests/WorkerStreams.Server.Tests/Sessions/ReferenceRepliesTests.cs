using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>XDELEX, XACKDEL and trimming by references, as Redis 8.2 has them.</summary>
public sealed class ReferenceRepliesTests
{
    // 1-0 and 2-0 are pending in g, 2-0 and 3-0 in h, and 4-0 is new to both.
    private static readonly string[] Before =
    [
        "XADD s 1-0 a 1", "XADD s 2-0 a 2", "XADD s 3-0 a 3", "XGROUP CREATE s g 0", "XGROUP CREATE s h 0", "XREADGROUP GROUP g c STREAMS s >",
        "XREADGROUP GROUP h d STREAMS s >", "XACK s g 3-0", "XACK s h 1-0", "XADD s 4-0 a 4",
    ];

    [Theory]
    [InlineData("XDELEX s IDS 2 1-0 9-0", "*2\r\n:1\r\n:-1\r\n", ":3\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("xdelex s keepref ids 2 1 9", "*2\r\n:1\r\n:-1\r\n", ":3\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XDELEX s DELREF IDS 1 2-0", "*1\r\n:1\r\n", ":3\r\n", ":1\r\n", ":1\r\n")]
    [InlineData("XDELEX s IDS 1 2-0 DELREF", "*1\r\n:1\r\n", ":3\r\n", ":1\r\n", ":1\r\n")]
    [InlineData("XDELEX s ACKED IDS 4 1-0 3-0 4-0 9-0", "*4\r\n:2\r\n:2\r\n:2\r\n:2\r\n", ":4\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XDELEX nothing ACKED IDS 2 1-0 x", "*2\r\n:-1\r\n:-1\r\n", ":4\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XACKDEL s g IDS 3 1-0 3-0 4-0", "*3\r\n:1\r\n:-1\r\n:-1\r\n", ":3\r\n", ":1\r\n", ":2\r\n")]
    [InlineData("XACKDEL s g DELREF IDS 1 2-0", "*1\r\n:1\r\n", ":3\r\n", ":1\r\n", ":1\r\n")]
    [InlineData("XACKDEL s g ACKED IDS 2 1-0 2-0", "*2\r\n:1\r\n:2\r\n", ":3\r\n", ":0\r\n", ":2\r\n")]
    [InlineData("XACKDEL s nothing IDS 2 1-0 x", "*2\r\n:-1\r\n:-1\r\n", ":4\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XACKDEL nothing g IDS 1 1-0", "*1\r\n:-1\r\n", ":4\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XTRIM s MAXLEN 1 DELREF", ":3\r\n", ":1\r\n", ":0\r\n", ":0\r\n")]
    [InlineData("XTRIM s KEEPREF MAXLEN = 1", ":3\r\n", ":1\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XTRIM s MINID 4 ACKED", ":0\r\n", ":4\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XADD s DELREF MAXLEN 2 5-0 a 5", "$3\r\n5-0\r\n", ":2\r\n", ":0\r\n", ":0\r\n")]
    [InlineData("XADD s MAXLEN 0 ACKED 5-0 a 5", "$3\r\n5-0\r\n", ":5\r\n", ":2\r\n", ":2\r\n")]
    [InlineData("XADD s ACKED 5-0 a 5", "$3\r\n5-0\r\n", ":5\r\n", ":2\r\n", ":2\r\n")]
    public async Task Entries_go_with_regard_to_groups(string line, string reply, string length, string pending, string pendingElsewhere)
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        foreach (var before in Before)
            await client.AskAsync(before + "\r\n");

        Assert.Equal(reply, await client.AskAsync(line + "\r\n"));

        Assert.Equal(length, await client.AskAsync("XLEN s\r\n"));
        Assert.StartsWith($"*4\r\n{pending}", await client.AskAsync("XPENDING s g\r\n"));
        Assert.StartsWith($"*4\r\n{pendingElsewhere}", await client.AskAsync("XPENDING s h\r\n"));
    }

    [Theory]
    [InlineData("XDELEX s IDS 1", "-ERR wrong number of arguments for 'xdelex' command\r\n")]
    [InlineData("XACKDEL s g IDS 1", "-ERR wrong number of arguments for 'xackdel' command\r\n")]
    [InlineData("XDELEX s IDS 0 1-0", "-ERR Number of IDs must be a positive integer\r\n")]
    [InlineData("XDELEX s IDS x 1-0", "-ERR Number of IDs must be a positive integer\r\n")]
    [InlineData("XACKDEL s g IDS -1 1-0", "-ERR Number of IDs must be a positive integer\r\n")]
    [InlineData("XDELEX s IDS 2 1-0", "-ERR The `numids` parameter must match the number of arguments\r\n")]
    [InlineData("XDELEX s IDS 9223372036854775807 1-0", "-ERR The `numids` parameter must match the number of arguments\r\n")]
    [InlineData("XDELEX s IDS 1 1-0 2-0", "-ERR syntax error\r\n")]
    [InlineData("XDELEX s KEEPREF DELREF IDS 1 1-0", "-ERR syntax error\r\n")]
    [InlineData("XACKDEL s g ACKED IDS 1 1-0 ACKED", "-ERR syntax error\r\n")]
    [InlineData("XDELEX s IDS 1 1-0 IDS 1 x", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    [InlineData("XDELEX s OTHER IDS 1 1-0", "-ERR syntax error\r\n")]
    [InlineData("XDELEX s IDS 2 1-0 x", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    [InlineData("XDELEX s IDS 1 -", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    [InlineData("XACKDEL s g IDS 2 1-0 x", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    [InlineData("XTRIM s MAXLEN 1 ACKED DELREF", "-ERR syntax error\r\n")]
    [InlineData("XTRIM s DELREF KEEPREF", "-ERR syntax error\r\n")]
    [InlineData("XADD s DELREF ACKED * a 1", "-ERR Invalid stream ID specified as stream command argument\r\n")]
    public async Task What_is_wrong_changes_nothing(string line, string error)
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        foreach (var before in Before)
            await client.AskAsync(before + "\r\n");

        Assert.Equal(error, await client.AskAsync(line + "\r\n"));

        Assert.Equal(":4\r\n", await client.AskAsync("XLEN s\r\n"));
        Assert.StartsWith("*4\r\n:2\r\n", await client.AskAsync("XPENDING s g\r\n"));
    }

    [Fact]
    public async Task What_all_have_acknowledged_is_trimmed_from_among_the_rest()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        foreach (var before in Before)
            await client.AskAsync(before + "\r\n");
        await client.AskAsync("XACK s h 3-0\r\n");

        Assert.Equal(":1\r\n", await client.AskAsync("XTRIM s MAXLEN 1 ACKED\r\n"));
        Assert.Equal("*3\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$1\r\n2\r\n*2\r\n$3\r\n4-0\r\n*2\r\n$1\r\na\r\n$1\r\n4\r\n", await client.AskAsync("XRANGE s - +\r\n"));
    }
}
