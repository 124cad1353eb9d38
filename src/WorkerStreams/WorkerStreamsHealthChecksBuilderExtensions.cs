using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkerStreams;
using WorkerStreams.Configuration;
using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Health;
using WorkerStreams.Producing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health checks of consumers and engine.</summary>
public static class WorkerStreamsHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds two checks. <c>&lt;name&gt;-consumers</c>, with the tags <c>live</c> and <c>ready</c>, asks nobody but this process: does each consumer's loop
    /// turn? <c>&lt;name&gt;-engine</c>, with the tag <c>ready</c>, asks the engine: does it answer, and are lag and pending entries within their thresholds?
    /// </summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">How the checks' names begin.</param>
    /// <param name="configure">Sets the thresholds; the section <c>WorkerStreams:Health</c> of the configuration wins over it.</param>
    /// <param name="failureStatus">What a dead loop or an engine that does not answer is reported as. Default: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Further tags for both checks.</param>
    public static IHealthChecksBuilder AddWorkerStreams(
        this IHealthChecksBuilder builder,
        string name = "worker-streams",
        Action<WorkerStreamsHealthOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        builder.Services.AddWorkerStreams();
        if (configure is not null)
            builder.Services.AddSingleton(new HealthRegistration(configure));
        string[] further = [.. tags ?? []];
        return builder
            .Add(new($"{name}-consumers", CreateConsumersCheck, failureStatus, ["live", "ready", .. further]))
            .Add(new($"{name}-engine", CreateEngineCheck, failureStatus, ["ready", .. further]));
    }

    private static ConsumersHealthCheck CreateConsumersCheck(IServiceProvider services) =>
        new(services.GetRequiredService<StreamWorker>(), services.GetRequiredService<Plans>());

    private static EngineHealthCheck CreateEngineCheck(IServiceProvider services) =>
        new(services.GetRequiredService<IStreamEngine>(), services.GetRequiredService<Plans>(), services.GetRequiredService<OpenProducers>(), services.GetRequiredService<TimeProvider>());
}
