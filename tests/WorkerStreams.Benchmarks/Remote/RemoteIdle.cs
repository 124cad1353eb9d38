using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Benchmarks.EndToEnd;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>What a host with many consumers costs while nothing is published.</summary>
internal sealed class RemoteIdle(OwnServer server, Report report)
{
    private const int Groups = 50;

    // Whatever the effort: what the start has left behind would show in a shorter time.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5), Time = TimeSpan.FromSeconds(15);

    public async Task RunAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(new Tally());
        builder.Services.AddWorkerStreams().UseRedis(server.Configuration);
        for (var i = 0; i < Groups; i++)
            builder.Services.AddStreamConsumer<OrderLine, CountingHandler>($"redis/idle/{i}", RemoteRun.Group, name: $"idle-{i}");
        using var host = builder.Build();
        await host.StartAsync();
        await PassAsync(WarmUp);

        using var process = Process.GetCurrentProcess();
        var (commands, time, begun) = (await server.CountCommandsAsync(), process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await PassAsync(Time);
        process.Refresh();
        var (busy, elapsed) = (process.TotalProcessorTime - time, Stopwatch.GetElapsedTime(begun));
        report.Figure("redis/idle/commands", (await server.CountCommandsAsync() - commands) / elapsed.TotalSeconds, "commands/s", null, Bar.AtMost(20));
        report.Figure("redis/idle/processor", 100 * (busy / elapsed), "% of a core", null, Bar.AtMost(1));
        await host.StopAsync();
    }

    private static Task PassAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);
}
