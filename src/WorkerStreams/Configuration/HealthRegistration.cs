namespace WorkerStreams.Configuration;

/// <summary>What one call of <c>AddHealthChecks().AddWorkerStreams()</c> asked for.</summary>
internal sealed record HealthRegistration(Action<WorkerStreamsHealthOptions> Configure);
