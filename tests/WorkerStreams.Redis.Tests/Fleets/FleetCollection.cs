namespace WorkerStreams.Redis.Tests.Fleets;

/// <summary>Tests of short leases and of times, which others are not to disturb.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FleetCollection
{
    public const string Name = nameof(Fleets);
}
