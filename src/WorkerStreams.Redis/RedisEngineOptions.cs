namespace WorkerStreams.Redis;

/// <summary>
/// The settings of the remote engine: set in code with <c>UseRedis</c>, or in configuration under <c>WorkerStreams:Redis</c>, which wins. Those of the
/// connection are the client's own. Checked when the host starts, or when the engine connects; later changes have no effect.
/// </summary>
public sealed class RedisEngineOptions
{
    /// <summary>
    /// The most connections on which reads wait for entries, one read each; made when first needed, beside the one for all other commands. Where more reads
    /// wait than that, one further connection listens to the streams of all the others; in a cluster they take turns of a quarter of a second instead.
    /// 1 to 1000. Default: 16.
    /// </summary>
    public int MaxBlockingConnections { get; set; } = 16;

    /// <summary>
    /// The replicas that must have an entry before its append counts as stored: WAIT, on a connection that only appends have. Where fewer confirm it within
    /// <see cref="ReplicaTimeout"/>, the entry may be stored: it is on the primary alone, and lost if a replica takes its place that has it not. 0 to 100.
    /// Default: 0, the primary's answer is enough.
    /// </summary>
    public int WaitForReplicas { get; set; }

    /// <summary>How long replicas are waited for. Ignored where <see cref="WaitForReplicas"/> is 0. 10 ms to 1 minute. Default: 1 second.</summary>
    public TimeSpan ReplicaTimeout { get; set; } = TimeSpan.FromSeconds(1);
}
