using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>redis-benchmark runs against the listener, and what it has sent is there.</summary>
public sealed class RedisBenchmarkTests
{
    [Fact]
    public async Task Its_pipelines_are_carried_out()
    {
        await using var listener = await ListenerHost.StartAsync();

        var printed = await ExternalProgram.RunAsync("redis-benchmark", "-p", $"{listener.Port}", "-n", "20000", "-P", "100", "-c", "20", "-q", "XADD", "s", "*", "a", "1");

        Assert.Contains("requests per second", printed);
        Assert.Equal(20_000, await listener.Engine.GetLengthAsync("s"));
    }
}
