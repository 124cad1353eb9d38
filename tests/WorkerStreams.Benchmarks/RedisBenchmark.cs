using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Remote;

namespace WorkerStreams.Benchmarks;

/// <summary>The framework over a Redis server, beside loops written by hand.</summary>
internal static class RedisBenchmark
{
    public static async Task RunAsync(Effort effort, Report report)
    {
        if (OwnServer.Find() is not { } path)
        {
            Console.WriteLine($"redis: left out, for there is no redis-server on the path, and {OwnServer.Variable} names none");
            return;
        }
        await using var server = await OwnServer.StartAsync(path);
        await new RemoteRates(server, report, effort).RunAsync();
        await new RemoteLatency(server, report, effort).RunAsync();
        await new RemoteIdle(server, report).RunAsync();
    }
}
