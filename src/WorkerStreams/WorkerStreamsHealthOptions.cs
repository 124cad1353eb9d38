namespace WorkerStreams;

/// <summary>
/// When the health checks raise an alarm: set in code with <c>AddHealthChecks().AddWorkerStreams()</c>, or in configuration under <c>WorkerStreams:Health</c>,
/// which wins. Checked when the host starts; it does not start with a wrong one.
/// </summary>
public sealed class WorkerStreamsHealthOptions
{
    /// <summary>The most entries that a group may be behind its stream before it is degraded. 0 or more; null is no limit. Default: null.</summary>
    public long? MaxLag { get; set; }

    /// <summary>
    /// The greatest age that the oldest entry delivered and not yet acknowledged may have before its group is degraded: the time since it was appended, as its
    /// id tells, retries and waiting included. 1 second or more; null is no limit. Default: null.
    /// </summary>
    public TimeSpan? MaxOldestPending { get; set; }

    /// <summary>
    /// How long a consumer that holds no entries may ask for none, beyond its <see cref="StreamConsumerOptions.BlockTime"/>, before its loop counts as
    /// dead. 1 second to 1 day. Default: 1 minute.
    /// </summary>
    public TimeSpan MaxSilence { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The time that the engine has to answer, for all questions of one check together. 10 ms to 1 hour. Default: 5 seconds.</summary>
    public TimeSpan EngineTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
