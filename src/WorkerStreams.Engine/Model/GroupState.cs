using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.Model;

/// <summary>A consumer group: how far it has read, its consumers and its pending entries. What changes it cannot fail.</summary>
internal sealed class GroupState(StreamName name, StreamEntryId lastId, long? entriesRead, MemoryMeter meter)
{
    private readonly Dictionary<StreamName, ConsumerState> _consumers = [];
    private readonly List<ConsumerState?> _byIndex = [];
    private ConsumerState? _recent;

    public StreamName Name { get; } = name;

    /// <summary>The greatest id delivered.</summary>
    public StreamEntryId LastId { get; private set; } = lastId;

    /// <summary>The logical count of entries read, or null where it is not known.</summary>
    public long? EntriesRead { get; private set; } = entriesRead;

    /// <summary>Where the entry after <see cref="LastId"/> was last found; only a hint.</summary>
    public EntryPlace NextHint { get; set; }

    public PendingList Pending { get; } = new(meter);

    public IReadOnlyCollection<ConsumerState> Consumers => _consumers.Values;

    public bool TryGetConsumer(StreamName consumer, [NotNullWhen(true)] out ConsumerState? state)
    {
        state = _recent;
        if (state is not null && state.Name == consumer)
            return true;
        if (!_consumers.TryGetValue(consumer, out state))
            return false;
        _recent = state;
        return true;
    }

    public ConsumerState ConsumerAt(int index) => _byIndex[index]!;

    public ConsumerState AddConsumer(StreamName consumer, long now)
    {
        var index = _byIndex.IndexOf(null);
        if (index < 0)
        {
            index = _byIndex.Count;
            _byIndex.Add(null);
        }
        var state = new ConsumerState(consumer, index, now);
        _byIndex[index] = state;
        _consumers.Add(consumer, state);
        meter.Add(MemoryMeter.ConsumerBytes);
        return state;
    }

    /// <summary>The consumer and its pending entries go.</summary>
    public void RemoveConsumer(ConsumerState consumer)
    {
        var from = StreamEntryId.MinValue;
        while (consumer.Pending > 0 && Pending.TryGetFrom(from, out var place) && Pending.TryGetOwned(consumer.Index, ref place))
        {
            from = place.Id;
            Remove(place);
        }
        _recent = null;
        _byIndex[consumer.Index] = null;
        _consumers.Remove(consumer.Name);
        meter.Add(-MemoryMeter.ConsumerBytes);
    }

    /// <summary>The consumer tries something.</summary>
    public ConsumerState See(StreamName consumer, long now)
    {
        if (!TryGetConsumer(consumer, out var state))
            return AddConsumer(consumer, now);
        state.SeenAt = now;
        return state;
    }

    public void SetPosition(StreamEntryId lastId, long? entriesRead) => (LastId, EntriesRead) = (lastId, entriesRead);

    /// <summary>A pending entry is delivered to its owner once more.</summary>
    public static void Redeliver(in PendingPlace place, long now)
    {
        var delivery = place.Delivery;
        place.Block.Deliver(place.Index, delivery with { At = now, Count = delivery.Count + 1 });
    }

    /// <summary>New entries become the consumer's; those that are pending already, with their count begun anew.</summary>
    public void Deliver(IdRun ids, ConsumerState consumer, long now)
    {
        consumer.ActiveAt = now;
        if (Pending.IsLast(ids[0]))
        {
            Pending.AddLast(ids, consumer.Index, now);
            consumer.Pending += ids.Length;
            return;
        }
        for (var i = 0; i < ids.Length; i++)
        {
            var id = ids[i];
            if (Pending.TryFind(id, out var place))
                Assign(place, consumer, now, deliveryCount: 1);
            else
                AddPending(id, consumer, now, deliveryCount: 1);
        }
    }

    /// <summary>An entry that is not pending becomes the consumer's.</summary>
    public void AddPending(StreamEntryId id, ConsumerState consumer, long deliveredAt, long deliveryCount)
    {
        Pending.Add(id, new(deliveredAt, deliveryCount, consumer.Index));
        consumer.Pending++;
    }

    /// <summary>A pending entry becomes the consumer's.</summary>
    public void Assign(in PendingPlace place, ConsumerState consumer, long deliveredAt, long deliveryCount)
    {
        ConsumerAt(place.Owner).Pending--;
        consumer.Pending++;
        place.Block.Deliver(place.Index, new(deliveredAt, deliveryCount, consumer.Index));
    }

    /// <summary>An entry is pending no more.</summary>
    public void Remove(in PendingPlace place) => Remove(place, [place.Id]);

    /// <inheritdoc cref="PendingList.Remove"/>
    public int Remove(in PendingPlace place, ReadOnlySpan<StreamEntryId> ids)
    {
        var owner = ConsumerAt(place.Owner);
        var removed = Pending.Remove(place, ids);
        owner.Pending -= removed;
        return removed;
    }

    /// <summary>The group goes.</summary>
    public void Clear()
    {
        Pending.Clear();
        meter.Add(-(MemoryMeter.GroupBytes + (MemoryMeter.ConsumerBytes * (long)_consumers.Count)));
    }
}
