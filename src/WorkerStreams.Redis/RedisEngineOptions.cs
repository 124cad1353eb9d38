namespace WorkerStreams.Redis;

/// <summary>The settings of the remote engine. Those of the connection are the client's own.</summary>
public sealed record RedisEngineOptions
{
    /// <summary>
    /// The most connections on which reads wait for entries, one read each; made when first needed, beside the one for all other commands. Where more reads
    /// wait than that, one further connection listens to the streams of all the others; in a cluster they take turns of a quarter of a second instead.
    /// 1 to 1000. Default: 16.
    /// </summary>
    public int MaxBlockingConnections { get; init; } = 16;

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal void Validate()
    {
        if (MaxBlockingConnections is < 1 or > 1000)
            throw new ArgumentException($"{nameof(MaxBlockingConnections)} is {MaxBlockingConnections}. Allowed: 1 to 1000.");
    }
}
