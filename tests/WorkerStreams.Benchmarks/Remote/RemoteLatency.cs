using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>The time from the publish of a single message to its handler, while nothing else goes on.</summary>
internal sealed class RemoteLatency(OwnServer server, Report report, Effort effort)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(3), s_patience = TimeSpan.FromSeconds(10);

    public async Task RunAsync()
    {
        await using var ours = await HostedLatency.StartAsync(server, "redis/latency/hosted");
        await using var doorbell = await HostedLatency.StartAsync(
            server, "redis/latency/doorbell", othersThatWait: 1, options => options.MaxBlockingConnections = 1);
        await using var client = await ClientLatency.StartAsync(server, "redis/latency/by-hand");
        await using var socket = await SocketLatency.StartAsync(server, "redis/latency/socket");
        ILatencyLoop[] loops = [ours, doorbell, client, socket];
        var medians = await RaceAsync(loops);
        Tell("redis/latency/by-hand", 2, null, null);
        Tell("redis/latency/socket", 3, null, null);
        Tell("redis/latency/hosted:by-hand", 0, 2, Bar.AtMost(1.3));
        Tell("redis/latency/hosted:socket", 0, 3, Bar.AtMost(2));
        Tell("redis/latency/doorbell:by-hand", 1, 2, Bar.AtMost(2.5));

        void Tell(string name, int loop, int? rival, Bar? bar) => report.Figure(
            name, Result.Median(medians[loop]), "us", rival is { } other ? Result.Median(medians[loop].Zip(medians[other], (one, its) => one / its)) : null, bar);
    }

    private async Task<double[][]> RaceAsync(ILatencyLoop[] loops)
    {
        var medians = loops.Select(_ => new double[effort.Rounds]).ToArray();
        foreach (var loop in loops)
            await MedianAsync(loop, effort.WarmUp);
        for (var round = 0; round < effort.Rounds; round++)
        {
            for (var turn = 0; turn < loops.Length; turn++)
            {
                var i = round % 2 == 0 ? turn : loops.Length - 1 - turn;
                medians[i][round] = await MedianAsync(loops[i], effort.SampleTime);
            }
        }
        return medians;
    }

    private static async Task<double> MedianAsync(ILatencyLoop loop, TimeSpan duration)
    {
        var times = new List<double>();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
        {
            await Task.Delay(s_pause, TimeProvider.System);
            var arrival = loop.Arrival.Expect();
            var begun = Stopwatch.GetTimestamp();
            await loop.PublishAsync();
            times.Add(Stopwatch.GetElapsedTime(begun, await arrival.WaitAsync(s_patience, TimeProvider.System)).TotalMicroseconds);
        }
        return Result.Median(times);
    }
}
