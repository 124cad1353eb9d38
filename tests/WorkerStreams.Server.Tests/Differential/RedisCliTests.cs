using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>The lines of a tutorial, by redis-cli, print what they print with a redis-server.</summary>
public sealed class RedisCliTests
{
    [Theory]
    [InlineData("-2")]
    [InlineData("-3")]
    public async Task The_lines_of_a_tutorial_print_the_same(string protocol)
    {
        await using var server = await ServerProcess.StartAsync();
        await using var listener = await ListenerHost.StartAsync();

        var (ours, theirs) = (await RunAsync(listener.Port, protocol), await RunAsync(server.Port, protocol));

        Assert.Equal(theirs, ours);
        Assert.Contains("49.99", ours);
    }

    private static async Task<string> RunAsync(int port, string protocol)
    {
        var output = "";
        foreach (var line in Lines())
            output += $"> {line}\n{await ExternalProgram.RunAsync("redis-cli", ["-p", $"{port}", protocol, "--no-raw", .. CommandLine.Split(line)])}";
        return output;
    }

    // What tells times is left out.
    private static List<string> Lines() =>
    [
        "XADD orders MAXLEN ~ 1000 1-0 user_id 123 amount 49.99",
        "XADD orders 2-0 user_id 124 amount 19.99",
        "XRANGE orders - + COUNT 1",
        "XREAD COUNT 2 STREAMS orders 0",
        "XGROUP CREATE orders news $ MKSTREAM",
        "XGROUP CREATE orders billing 0 MKSTREAM",
        "XGROUP CREATE orders billing 0",
        "XREADGROUP GROUP billing worker-1 COUNT 10 BLOCK 2000 STREAMS orders >",
        "XREADGROUP GROUP billing worker-1 COUNT 10 BLOCK 1 STREAMS orders >",
        "XACK orders billing 1-0 7-0",
        "XPENDING orders billing",
        "XCLAIM orders billing worker-2 0 2-0",
        "XAUTOCLAIM orders billing worker-1 0 0 COUNT 25",
        "XLEN orders",
        "XINFO GROUPS orders",
        "XACK orders billing 2-0",
        "XDEL orders 1-0",
        "XTRIM orders MAXLEN 0",
        "XRANGE orders - +",
        "XADD orders 1-0 a",
        "XADD orders 1-0 a 1",
        "XUNKNOWN orders",
        "DEL orders",
    ];
}
