using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams;

/// <summary>Where a message comes from, and what is to become of it. Valid while its handler runs.</summary>
/// <remarks>
/// A handler that returns has its message acknowledged, unless it asks for something else here: <see cref="RetryAfter"/>, <see cref="DeadLetter"/> or
/// <see cref="LeavePending"/>. What was asked for last counts, and only when the handler returns: one that throws has failed, whatever it asked for.
/// </remarks>
public sealed class StreamContext
{
    private const int LongestReason = 256;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private readonly HeldBatch _batch;
    private readonly int _index;
    private int _calls;
    private HandlerRequest? _request;
    private IReadOnlyDictionary<string, string>? _headers;

    internal StreamContext(HeldBatch batch, int index) => (_batch, _index) = (batch, index);

    /// <summary>The entry's id.</summary>
    public StreamEntryId Id => Entry.Id;

    /// <summary>When the entry was appended, to the millisecond, as its id tells; meaningless where producers give ids of their own.</summary>
    public DateTimeOffset AppendedAt =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(Id.Milliseconds, (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    /// <summary>The stream.</summary>
    public StreamName Stream => _batch.Consumer.Plan.Stream;

    /// <summary>The consumer group.</summary>
    public StreamName Group => _batch.Consumer.Plan.Group;

    /// <summary>The consumer's name in its group.</summary>
    public StreamName Consumer => _batch.Consumer.Consumer;

    /// <summary>The entry's deliveries to the group so far, this one included, by the engine's count: 1 the first time, more after failures and crashes.</summary>
    public long DeliveryCount => Entry.DeliveryCount;

    /// <summary>The headers that the publisher sent with the message.</summary>
    public IReadOnlyDictionary<string, string> Headers => _headers ??= Envelope.Read(Entry.Fields).ReadHeaders();

    /// <summary>Fires when shutdown begins: a long handler may use it to end early. At shutdown its own token fires only when the time for draining is over.</summary>
    public CancellationToken Stopping => _batch.Consumer.Stopping;

    /// <summary>
    /// When the handler returns, the message is not acknowledged but delivered again after <paramref name="delay"/>. It stays leased by this consumer meanwhile, so
    /// the delay may be longer than <see cref="StreamConsumerOptions.MinIdleTime"/>; if the process ends before, the message is delivered as soon as its lease has
    /// run out. That delivery counts: after <see cref="StreamConsumerOptions.MaxDeliveries"/> the message goes to the dead letters instead. It is no failure,
    /// and the Polly pipeline does not retry it.
    /// </summary>
    /// <param name="delay">Zero to 1 day; zero is at once.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or longer than 1 day.</exception>
    public void RetryAfter(TimeSpan delay)
    {
        if (delay < TimeSpan.Zero || delay > LongestDelay)
            throw new ArgumentOutOfRangeException(nameof(delay), delay, "Allowed: a delay from zero to 1 day.");
        _request = new(Verdict.Redeliver) { Delay = delay };
    }

    /// <summary>When the handler returns, the message goes to the dead letters, in this delivery. It is no failure, and the Polly pipeline does not retry it.</summary>
    /// <param name="reason">Why, for whoever reads the dead letters: it is their field <c>dead:reason</c>. 1 to 256 characters, not all white space.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is null, empty, white space, or longer.</exception>
    public void DeadLetter(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (reason.Length > LongestReason)
            throw new ArgumentException($"The reason has {reason.Length} characters. Allowed: 1 to {LongestReason}.", nameof(reason));
        _request = new(Verdict.DeadLetter) { Reason = reason };
    }

    /// <summary>
    /// When the handler returns, the message is neither acknowledged nor leased any more: it stays pending, and the sweep of any consumer of the group, this
    /// one included, delivers it again when it has been idle for <see cref="StreamConsumerOptions.MinIdleTime"/>. That delivery counts.
    /// </summary>
    public void LeavePending() => _request = new(Verdict.LeavePending);

    /// <summary>What the call that ended last has asked for, if anything.</summary>
    internal HandlerRequest? Request => _request;

    /// <summary>A call of the handler begins; every one but the first is a retry.</summary>
    internal void CountCall()
    {
        _request = null;
        if (_calls++ > 0)
            _batch.Consumer.Counters.AddRetried();
    }

    /// <summary>Whether another consumer may have the entry by now.</summary>
    internal bool HasLapsed => _batch.HasLapsed;

    internal ref readonly StreamEntry Entry => ref _batch.Entries[_index];
}
