namespace WorkerStreams.Configuration;

/// <summary>The health checks' settings after validation; nothing changes them any more.</summary>
internal sealed record HealthPlan(long? MaxLag, TimeSpan? MaxOldestPending, TimeSpan MaxSilence, TimeSpan EngineTimeout);
