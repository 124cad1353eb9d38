using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Listening;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Benchmarks;

/// <summary>The RESP listener beside a Redis server, each in a process of its own, with the same clients.</summary>
internal static class ServerBenchmark
{
    private static readonly Bar s_ofServer = Bar.AtLeast(0.8);

    public static async Task RunAsync(Effort effort, Report report)
    {
        if (ServerProcess.Find() is null)
        {
            Console.WriteLine($"server: left out. {ServerProcess.MissingReason}");
            return;
        }
        await using (var listener = await ListenerProcess.StartAsync())
            await IdleConnections.MeasureAsync(listener, report);
        await using (var listener = await ListenerProcess.StartAsync())
        await using (var server = await ServerProcess.StartAsync())
        {
            using var appends = await PipelinedAppends.StartAsync(listener.Port);
            using var serverAppends = await PipelinedAppends.StartAsync(server.Port);
            await RaceAsync("server/append", appends, serverAppends, effort, report);
            using var reads = await PipelinedReads.StartAsync(listener.Port);
            using var serverReads = await PipelinedReads.StartAsync(server.Port);
            await RaceAsync("server/read-acknowledge", reads, serverReads, effort, report);
        }
    }

    private static async Task RaceAsync(string name, IContestant listener, IContestant server, Effort effort, Report report)
    {
        var results = await new Race(effort).RunAsync(listener, server);
        report.Rate($"{name}/redis", results[1]);
        report.Rate($"{name}:redis", results[0], results[0].RatioTo(results[1]), s_ofServer);
    }
}
