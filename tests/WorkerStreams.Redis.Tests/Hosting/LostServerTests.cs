using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Hosting;

/// <summary>The health check while there is no connection.</summary>
public sealed class LostServerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30), Poll = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task The_engine_is_unhealthy_names_server_and_reason_and_is_healthy_again()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await ServerProcess.StartAsync("appendonly yes");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWorkerStreams().UseRedis(server.Configuration);
        builder.Services.AddStreamProducer<string>("orders", producer => producer.KeepForever = true);
        builder.Services.AddHealthChecks().AddWorkerStreams();
        using var host = builder.Build();
        await host.StartAsync(cancellation);
        await UntilAsync(host, HealthStatus.Healthy);

        await server.KillAsync();
        // The client tells that a connection is lost before it tells why.
        await UntilAsync(host, HealthStatus.Unhealthy, $"^The engine is unavailable: no connection to 127.0.0.1:{server.Port} since 20[^ ]+: (Socket|UnableToConnect)");

        await server.StartAgainAsync();
        await UntilAsync(host, HealthStatus.Healthy);
        await host.StopAsync(cancellation);
    }

    private static async Task UntilAsync(IHost host, HealthStatus status, string description = "")
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"));
            var engine = report.Entries["worker-streams-engine"];
            if (engine.Status == status && Regex.IsMatch(engine.Description ?? "", description))
                return;
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Deadline, $"Still {engine.Status}: {engine.Description}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }
}
