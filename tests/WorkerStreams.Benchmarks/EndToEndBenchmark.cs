using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Benchmarks.EndToEnd;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks;

/// <summary>A typed handler in a host with all defaults on, beside a channel that does the same serializing and passing.</summary>
internal static class EndToEndBenchmark
{
    public static async Task RunAsync(Effort effort, Report report)
    {
        await RunAsync(ServiceLifetime.Scoped, Bar.AtMost(450), effort, report);
        await RunAsync(ServiceLifetime.Singleton, Bar.AtMost(100), effort, report);
    }

    private static async Task RunAsync(ServiceLifetime handlerLifetime, Bar allocated, Effort effort, Report report)
    {
        var name = $"end-to-end/{handlerLifetime.ToString().ToLowerInvariant()}";
        await using var worker = await HostedWorker.StartAsync(handlerLifetime);
        var results = await new Race(effort).RunAsync(new SerializingChannel(), worker, new DeserializingAlone());
        var (channel, ours, alone) = (results[0], results[1], results[2]);
        report.Rate($"{name}/channel", channel);
        report.Rate($"{name}:channel", ours, ours.RatioTo(channel), Bar.AtLeast(0.7));
        report.Allocated($"{name}/message", alone.BytesPerMessage);
        report.Allocated($"{name}:allocated", ours.BytesPerMessage - alone.BytesPerMessage, allocated);
    }
}
