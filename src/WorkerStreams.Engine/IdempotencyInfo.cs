namespace WorkerStreams.Engine;

/// <summary>What a stream remembers of appends that are to be done once, as XINFO STREAM tells it (Redis 8.6).</summary>
/// <param name="Duration">For how long an append is remembered, from the time in its id on: 1 to 86,400 seconds. Default: 100 seconds.</param>
/// <param name="MaxIds">How many of each producer are: 1 to 10,000. Default: 100.</param>
/// <param name="Producers">The producers of which some are remembered.</param>
/// <param name="Ids">The appends that are remembered.</param>
/// <param name="IdsAdded">The appends that ever were.</param>
/// <param name="Duplicates">The appends that were not done, for they had been.</param>
public sealed record IdempotencyInfo(TimeSpan Duration, int MaxIds, int Producers, long Ids, long IdsAdded, long Duplicates)
{
    /// <summary>Of a stream that has nothing to remember.</summary>
    public static IdempotencyInfo Default { get; } = new(TimeSpan.FromSeconds(100), 100, 0, 0, 0, 0);
}
