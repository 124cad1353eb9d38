using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkerStreams.Configuration;
using WorkerStreams.Consuming;

namespace WorkerStreams.Health;

/// <summary>Whether each consumer's loop turns. Asks nobody but this process, so that an engine that is away restarts no worker.</summary>
internal sealed class ConsumersHealthCheck(StreamWorker worker, Plans plans) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var findings = new HealthFindings();
        foreach (var consumer in worker.Consumers)
        {
            var status = consumer.Status;
            AddFigures(findings, status);
            Judge(findings, status, context.Registration.FailureStatus);
        }
        if (worker.Consumers.Count < plans.Consumers.Count)
            findings.Problem(HealthStatus.Degraded, "The consumers have not been started yet.");
        return Task.FromResult(findings.ToResult("Every consumer's loop turns."));
    }

    private static void AddFigures(HealthFindings findings, ConsumerStatus status)
    {
        var name = status.Plan.Name;
        findings.Add(name, "state", status.State.ToString());
        findings.Add(name, "secondsSinceLastLoop", status.SinceLastLoop.TotalSeconds);
        findings.Add(name, "inFlight", status.Running);
        findings.Add(name, "prefetched", status.Waiting);
        findings.Add(name, "handled", status.Handled);
        findings.Add(name, "failed", status.Failed);
        findings.Add(name, "deadLettered", status.DeadLettered);
        findings.Add(name, "lastError", status.LastError is { } error ? $"{error.GetType().Name}: {error.Message}" : null);
    }

    private void Judge(HealthFindings findings, ConsumerStatus status, HealthStatus failure)
    {
        var consumer = $"Consumer {status.Plan.Name}";
        switch (status.State)
        {
            case ConsumerState.Restarting:
                findings.Problem(HealthStatus.Degraded, $"{consumer} restarts a loop that failed: {status.LastError?.Message}", status.LastError);
                break;
            case ConsumerState.Stopping or ConsumerState.Stopped:
                findings.Problem(HealthStatus.Degraded, $"{consumer} stops with the host.");
                break;
            case ConsumerState.Starting or ConsumerState.Running when IsSilent(status):
                findings.Problem(failure, $"{consumer} has asked for no entries for {status.SinceLastLoop.TotalSeconds:0} s.", status.LastError);
                break;
            case ConsumerState.Starting:
                findings.Problem(HealthStatus.Degraded, $"{consumer} has not read yet.", status.LastError);
                break;
        }
    }

    // One that holds entries may be full, and waits for its handlers.
    private bool IsSilent(ConsumerStatus status) =>
        status is { Running: 0, Waiting: 0 } && status.SinceLastLoop > status.Plan.BlockTime + plans.Health.MaxSilence;
}
