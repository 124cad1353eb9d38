using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Remote;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Benchmarks;

/// <summary>The framework over a Redis server, beside loops written by hand.</summary>
internal static class RedisBenchmark
{
    public static async Task RunAsync(Effort effort, Report report)
    {
        if (ServerProcess.Find() is null)
        {
            Console.WriteLine($"redis: left out. {ServerProcess.MissingReason}");
            return;
        }
        await using var server = await OwnServer.StartAsync();
        await new RemoteRates(server, report, effort).RunAsync();
        await new RemoteLatency(server, report, effort).RunAsync();
        await new RemoteIdle(server, report).RunAsync();
    }
}
