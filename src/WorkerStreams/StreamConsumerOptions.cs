namespace WorkerStreams;

/// <summary>
/// The settings of a consumer: set in code with <c>AddStreamConsumer</c>, or in configuration under <c>WorkerStreams:Consumers:&lt;name&gt;</c>, which wins.
/// Checked when the host starts; it does not start with a wrong one.
/// </summary>
public sealed class StreamConsumerOptions
{
    /// <summary>Handlers that run at once. 1 to 10,000; with 1, messages are handled in order as long as none fails. Default: 8.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>
    /// The most entries held: running, read ahead for the next free handler, or handled and not settled yet. <see cref="Concurrency"/> to 100,000.
    /// Default: 256.
    /// </summary>
    public int PrefetchCount { get; set; } = 256;

    /// <summary>The most bytes of entries held; the last entry of a read may exceed it. 1 KiB to 1 GiB. Default: 16 MiB.</summary>
    public long PrefetchBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// The length of the lease: an entry idle for so long may be claimed by another consumer of the group. What this one holds is renewed
    /// well before. All hosts of a group should agree on it; one that differs is warned. 100 ms to 1 day. Default: 1 minute.
    /// </summary>
    public TimeSpan MinIdleTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The time between two sweeps for entries that other consumers left behind, jittered. 100 ms to 1 day. Default: 30 seconds.</summary>
    public TimeSpan ReclaimInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The deliveries after which a failing entry goes to the dead letters; crashes count. 1 to 1,000,000. Default: 5.</summary>
    public int MaxDeliveries { get; set; } = 5;

    /// <summary>
    /// The wait before the second delivery of an entry whose handling failed; it doubles with each further one, with jitter. The entry stays leased
    /// meanwhile, so it may be longer than <see cref="MinIdleTime"/>. Zero to 1 day. Default: 5 seconds.
    /// </summary>
    public TimeSpan RedeliveryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait before a redelivery. <see cref="RedeliveryDelay"/> to 1 day. Default: 5 minutes.</summary>
    public TimeSpan MaxRedeliveryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The time after which one call of the handler is cancelled and counts as failed. 10 ms to 1 day; null is no limit. Default: null.</summary>
    public TimeSpan? HandlerTimeout { get; set; }

    /// <summary>
    /// The key of a Polly pipeline in the registry (<c>AddResiliencePipeline</c>) that replaces the default one around the handler.
    /// Default: null, the built-in pipeline: 3 calls in all, exponential back-off from 200 ms with jitter.
    /// </summary>
    public string? ResiliencePipeline { get; set; }

    /// <summary>Where a group that does not exist yet starts. Default: <see cref="GroupStart.Beginning"/>.</summary>
    public GroupStart StartFrom { get; set; } = GroupStart.Beginning;

    /// <summary>
    /// The consumer's name in its group, unique among all hosts. 1 to 256 characters. While another process has it, an ordinal is added, with a warning.
    /// Default: null, the machine's name and the first ordinal that no other process has.
    /// </summary>
    public string? ConsumerName { get; set; }

    /// <summary>How long one read waits for entries before it is made anew. 10 ms to 1 hour. Default: 1 minute.</summary>
    public TimeSpan BlockTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The types of exceptions that go to the dead letters at once.</summary>
    internal HashSet<Type> FinalExceptions { get; } = [];

    /// <summary>
    /// What the handler throws of this type, or of one derived from it, sends the message to the dead letters in this delivery: for failures that no further
    /// try can mend. The built-in Polly pipeline does not retry them; one of your own decides for itself, and what it lets through in the end counts.
    /// An <see cref="AggregateException"/> is of every type that one of its inner exceptions is of; the inner exception of any other is not looked at.
    /// Several calls add up. Default: none.
    /// </summary>
    /// <returns>These options.</returns>
    public StreamConsumerOptions DeadLetterOn<TException>()
        where TException : Exception
    {
        FinalExceptions.Add(typeof(TException));
        return this;
    }
}

/// <summary>Where a new group starts.</summary>
public enum GroupStart
{
    /// <summary>With the first entry of the stream.</summary>
    Beginning,

    /// <summary>With the first entry appended after the group was made.</summary>
    End,
}
