using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Consuming;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Health;

/// <summary>A simulated host with one consumer, <c>JobHandler</c>, and the health checks.</summary>
internal sealed class HealthWorld : IDisposable
{
    private readonly TaskCompletionSource _never = new();

    public HealthWorld(Action<WorkerStreamsHealthOptions>? thresholds = null, string? hanging = null, bool handlersHang = false, Action<StreamConsumerOptions>? configure = null) =>
        Host = World.CreateHost("host", (services, host) =>
        {
            services.AddWorkerStreams().UseEngine(_ => HangingEngine.Around(host.Engine, hanging));
            services.AddHealthChecks().AddWorkerStreams(configure: thresholds);
            services.AddSingleton(new JobHandler((_, _, cancellation) => handlersHang ? new(_never.Task.WaitAsync(cancellation)) : default));
            services.AddStreamConsumer<Job, JobHandler>("jobs", JobWorld.Group, configure);
        });

    public SimulatedWorld World { get; } = new();

    public SimulatedHost Host { get; }

    /// <summary>Starts the host and lets all happen that is not a matter of time.</summary>
    public void Start()
    {
        World.Await(Host.StartAsync());
        World.Run(TimeSpan.Zero);
    }

    public void Publish(int count)
    {
        for (var number = 0; number < count; number++)
            JobWorld.Now(World.Engine.AppendAsync(JobWorld.Jobs, new(EntryFields.Of(("number", $"{number}")))));
    }

    /// <summary>One check's result; the world stands still meanwhile.</summary>
    public HealthReportEntry Check(string name) => Report(registration => registration.Name == name).Entries[name];

    public HealthReport Report(Func<HealthCheckRegistration, bool> which) =>
        Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(which, TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    public void Dispose() => World.Dispose();
}
