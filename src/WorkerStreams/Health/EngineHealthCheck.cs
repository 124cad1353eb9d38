using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Producing;

namespace WorkerStreams.Health;

/// <summary>Whether the engine answers in time, and whether lag and the age of the oldest pending entry of each group are within their thresholds.</summary>
internal sealed class EngineHealthCheck(IStreamEngine engine, Plans plans, OpenProducers producers, TimeProvider time) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // What is lost may come back in time, but until then nothing works.
        if (engine.Outage is { } outage)
            return new(context.Registration.FailureStatus, $"The engine is unavailable: {outage}");
        using var timeout = new CancellationTokenSource(plans.Health.EngineTimeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // An engine that does not heed the cancellation is not waited for either.
            return await AskAsync(context.Registration.FailureStatus, ended.Token).WaitAsync(ended.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new(context.Registration.FailureStatus, $"The engine has not answered within {TextForm.Duration.Show(plans.Health.EngineTimeout)}.");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(context.Registration.FailureStatus, $"The engine has failed: {error.Message}", error);
        }
    }

    private async Task<HealthCheckResult> AskAsync(HealthStatus failure, CancellationToken cancellation)
    {
        var findings = new HealthFindings();
        foreach (var consumer in plans.Consumers)
        {
            try
            {
                await InspectGroupAsync(findings, consumer, cancellation);
            }
            catch (StreamEngineException gone) when (gone.Code is StreamErrorCode.NoGroup or StreamErrorCode.NoStream)
            {
                RefuseMissingGroup(findings, consumer);
            }
        }
        if (plans.Consumers.Count == 0 && plans.Producers.Values.FirstOrDefault() is { } producer)
            await engine.GetLengthAsync(producer.Stream, cancellation);
        foreach (var refused in producers.Refused)
            findings.Problem(failure, $"The engine has no room for messages to {refused.Stream}: {refused.Refusal?.Message}", refused.Refusal);
        return findings.ToResult("The engine answers.");
    }

    private async Task InspectGroupAsync(HealthFindings findings, ConsumerPlan consumer, CancellationToken cancellation)
    {
        var groups = await engine.GetGroupsAsync(consumer.Stream, cancellation);
        if (groups.FirstOrDefault(group => group.Name == consumer.Group) is not { } group)
        {
            RefuseMissingGroup(findings, consumer);
            return;
        }
        var pending = await engine.GetPendingSummaryAsync(consumer.Stream, consumer.Group, cancellation);
        var age = pending.MinId is { } oldest ? AgeOf(oldest) : (TimeSpan?)null;
        findings.Add(consumer.Name, "lag", group.Lag);
        findings.Add(consumer.Name, "pending", pending.Count);
        findings.Add(consumer.Name, "oldestPendingSeconds", age?.TotalSeconds);
        if (group.Lag > plans.Health.MaxLag)
            findings.Problem(HealthStatus.Degraded, $"Consumer {consumer.Name} is {group.Lag} entries behind; MaxLag is {plans.Health.MaxLag}.");
        if (age > plans.Health.MaxOldestPending)
            findings.Problem(HealthStatus.Degraded, $"Consumer {consumer.Name} has an entry pending since {age.Value.TotalSeconds:0} s; MaxOldestPending is {TextForm.Duration.Show(plans.Health.MaxOldestPending.Value)}.");
    }

    private static void RefuseMissingGroup(HealthFindings findings, ConsumerPlan consumer) =>
        findings.Problem(HealthStatus.Degraded, $"Consumer {consumer.Name} has no group {consumer.Group} on {consumer.Stream} now; it makes it anew.");

    // Clocks differ a little between hosts and engine: never younger than now.
    private TimeSpan AgeOf(StreamEntryId id)
    {
        var now = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        return TimeSpan.FromMilliseconds(now > id.Milliseconds ? now - id.Milliseconds : 0);
    }
}
