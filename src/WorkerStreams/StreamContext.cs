using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams;

/// <summary>Where a message comes from. Valid while its handler runs.</summary>
public sealed class StreamContext
{
    private readonly HeldBatch _batch;
    private readonly int _index;
    private int _calls;
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
    public StreamName Consumer => _batch.Consumer.Plan.Consumer;

    /// <summary>The entry's deliveries to the group so far, this one included, by the engine's count: 1 the first time, more after failures and crashes.</summary>
    public long DeliveryCount => Entry.DeliveryCount;

    /// <summary>The headers that the publisher sent with the message.</summary>
    public IReadOnlyDictionary<string, string> Headers => _headers ??= Envelope.Read(Entry.Fields).ReadHeaders();

    /// <summary>Fires when shutdown begins: a long handler may use it to end early. At shutdown its own token fires only when the time for draining is over.</summary>
    public CancellationToken Stopping => _batch.Consumer.Stopping;

    /// <summary>A call of the handler begins; every one but the first is a retry.</summary>
    internal void CountCall()
    {
        if (_calls++ > 0)
            _batch.Consumer.Counters.AddRetried();
    }

    internal ref readonly StreamEntry Entry => ref _batch.Entries[_index];
}
