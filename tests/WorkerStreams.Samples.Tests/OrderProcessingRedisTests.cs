using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Samples.Tests;

/// <summary>The same program on another engine.</summary>
public sealed class OrderProcessingRedisTests(RedisServer server)
{
    [Fact]
    public async Task All_order_lines_come_to_the_known_totals()
    {
        server.Require();

        var result = await SampleProcess.RunAsync("OrderProcessing", "--engine", $"redis:127.0.0.1:{server.Port}");

        Assert.Equal("", result.Errors);
        Assert.Equal(OrderProcessingTests.Totals, result.Output.TakeLast(7));
        Assert.Equal(0, result.Status);
    }

    [Theory]
    [InlineData("redis:")]
    [InlineData("redis:127.0.0.1:1,nonsense=1")]
    [InlineData("redis:127.0.0.1:1,connectTimeout=500,connectRetry=1")]
    public async Task A_server_that_is_not_there_or_not_named_is_told(string engine)
    {
        var result = await SampleProcess.RunAsync("OrderProcessing", "--engine", engine);

        Assert.Equal(2, result.Status);
        Assert.NotEqual("", result.Errors);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }
}
