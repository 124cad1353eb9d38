using System.Text.RegularExpressions;
using StackExchange.Redis;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Samples.Tests;

/// <summary>The same program on another engine.</summary>
public sealed partial class OrderProcessingRedisTests(RedisServer server, ServerCluster cluster)
{
    [Fact]
    public async Task All_order_lines_come_to_the_known_totals()
    {
        server.Require();

        var result = await SampleProcess.RunAsync("OrderProcessing", "--engine", $"redis:127.0.0.1:{server.Port}");

        Assert.Equal("", ErrorsOf(result));
        Assert.Equal(OrderProcessingTests.Totals, result.Output.TakeLast(7));
        Assert.Equal(0, result.Status);
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        Assert.False(await client.GetDatabase().KeyExistsAsync(result.Output.Single(static line => line.StartsWith("stream ", StringComparison.Ordinal))["stream ".Length..]));
    }

    [Fact]
    public async Task Of_a_cluster_one_server_is_enough_to_come_to_the_same_totals()
    {
        server.Require();

        var result = await SampleProcess.RunAsync("OrderProcessing", "--engine", $"redis:{(await cluster.ConfigureAsync()).EndPoints[0]}");

        Assert.Equal(("", 0), (ErrorsOf(result), result.Status));
        Assert.Equal(OrderProcessingTests.Totals, result.Output.TakeLast(7));
    }

    [Fact]
    public async Task Killed_half_way_and_started_again_with_the_same_ledger_it_completes_and_a_third_run_changes_nothing()
    {
        server.Require();
        using var ledger = new TemporaryFile("ledger.db");
        string[] arguments = ["--engine", $"redis:127.0.0.1:{server.Port}", "--ledger", ledger.Path];

        using var killed = SampleProcess.Start("OrderProcessing", arguments);
        await killed.ReadLineAsync("ledger");
        var before = await OrderProcessingTests.WrittenAsync(ledger.Path, 1000);
        killed.Kill();
        Assert.Equal((137, true), ((await killed.WaitForExitAsync()).Status, before < 4792));

        var completed = await SampleProcess.RunAsync("OrderProcessing", arguments);
        Assert.Equal((0, ""), (completed.Status, ErrorsOf(completed)));
        OrderProcessingTests.AssertTotals(completed, mayRepeat: true);
        var again = await SampleProcess.RunAsync("OrderProcessing", arguments);
        Assert.Equal(completed.Output.TakeLast(7), again.Output.TakeLast(7));
    }

    [Fact]
    public async Task A_replica_that_takes_the_place_of_the_primary_half_way_comes_to_the_same_totals()
    {
        server.Require();
        await using var servers = await SentinelSet.StartAsync();
        using var ledger = new TemporaryFile("ledger.db");

        using var sample = SampleProcess.Start("OrderProcessing", "--engine", $"redis:{servers.Configuration}", "--replicas", "1", "--ledger", ledger.Path);
        await sample.ReadLineAsync("ledger");
        Assert.True(await OrderProcessingTests.WrittenAsync(ledger.Path, 1000) < 4792);
        await servers.Primary.KillAsync();

        var result = await sample.WaitForExitAsync();
        OrderProcessingTests.AssertTotals(result, mayRepeat: true);
        Assert.Equal(0, result.Status);
    }

    [Theory]
    [InlineData("redis:", "is empty")]
    [InlineData("redis:redis://127.0.0.1:1", "names no server, or is a URL")]
    [InlineData("redis:127.0.0.1:1,password=hush,nonsense=1", "'nonsense' is not supported")]
    [InlineData("redis:127.0.0.1:1,password=hush,connectTimeout=500,connectRetry=1", "refuses the connection: nothing listens there")]
    public async Task A_server_that_is_not_there_or_not_named_is_told(string engine, string reason)
    {
        var result = await SampleProcess.RunAsync("OrderProcessing", "--engine", engine);

        Assert.Equal(2, result.Status);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    // Without the warning that the server keeps nothing.
    private static string ErrorsOf(SampleResult result) => KeepsNothing.Replace(result.Errors, "");

    [GeneratedRegex(@"^warn: WorkerStreams\.Redis\[306\]\n .*\n")]
    private static partial Regex KeepsNothing { get; }
}
