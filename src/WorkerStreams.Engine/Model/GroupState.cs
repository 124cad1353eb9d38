using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.Model;

/// <summary>A consumer group: how far it has read, its consumers and its pending entries. What changes it cannot fail.</summary>
internal sealed class GroupState(StreamState stream, StreamName name, long number, StreamEntryId lastId, long? entriesRead, MemoryMeter meter)
{
    // In milliseconds.
    private const long LeastBetweenTold = 1000;

    private readonly Dictionary<StreamName, ConsumerState> _consumers = [];
    private readonly List<ConsumerState?> _byIndex = [];
    private ConsumerState? _recent;

    // Null until somebody claims entries by their age.
    private DeliveryOrder? _byAge;

    public StreamState Stream { get; } = stream;

    public StreamName Name { get; } = name;

    /// <summary>As <see cref="StreamState.Number"/>.</summary>
    public long Number { get; } = number;

    /// <summary>The greatest id delivered.</summary>
    public StreamEntryId LastId { get; private set; } = lastId;

    /// <summary>The logical count of entries read, or null where it is not known.</summary>
    public long? EntriesRead { get; private set; } = entriesRead;

    /// <summary>Where the entry after <see cref="LastId"/> was last found; only a hint.</summary>
    public EntryPlace NextHint { get; set; }

    public PendingList Pending { get; } = new(meter);

    public IReadOnlyCollection<ConsumerState> Consumers => _consumers.Values;

    /// <summary>Whether entries are claimed by their age.</summary>
    public bool IsClaimedByAge => _byAge is not null;

    private IChanges? Changes => Stream.Changes;

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

    /// <param name="consumer">The name.</param>
    /// <param name="now">The time.</param>
    /// <param name="wanted">The index that it has to have, or null for the first that is free.</param>
    public ConsumerState AddConsumer(StreamName consumer, long now, int? wanted = null)
    {
        var index = wanted ?? _byIndex.IndexOf(null) switch { < 0 => _byIndex.Count, var free => free };
        while (_byIndex.Count <= index)
            _byIndex.Add(null);
        var state = new ConsumerState(consumer, index, now);
        _byIndex[index] = state;
        _consumers.Add(consumer, state);
        meter.Add(MemoryMeter.ConsumerBytes);
        Changes?.Created(this, state);
        return state;
    }

    /// <summary>The consumer and its pending entries go.</summary>
    public void RemoveConsumer(ConsumerState consumer)
    {
        Changes?.Removed(this, consumer);
        var from = StreamEntryId.MinValue;
        while (consumer.Pending > 0 && Pending.TryGetFrom(from, out var place) && Pending.TryGetOwned(consumer.Index, ref place))
        {
            from = place.Id;
            Drop(place, [from]);
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
        state.SeenAt = state.ToldSeenAt = now;
        Changes?.Seen(this, state);
        return state;
    }

    /// <summary>A consumer that waits tries again. That is told once a second, for all that are waiting may do so at each append.</summary>
    public void SeeAgain(StreamName consumer, long now)
    {
        if (TryGetConsumer(consumer, out var state) && Math.Abs(now - state.ToldSeenAt) < LeastBetweenTold)
            state.SeenAt = now;
        else
            See(consumer, now);
    }

    /// <summary>The consumer has got something.</summary>
    public void Activate(ConsumerState consumer, long now)
    {
        consumer.ActiveAt = now;
        Changes?.Active(this, consumer);
    }

    /// <summary>The consumer's name is held so, or left.</summary>
    public void HoldName(ConsumerState consumer, NameHold? hold)
    {
        (consumer.Hold, consumer.IsLeft) = (hold, hold is null);
        Changes?.NameHeld(this, consumer);
    }

    public void SetPosition(StreamEntryId lastId, long? entriesRead)
    {
        (LastId, EntriesRead) = (lastId, entriesRead);
        Changes?.PositionSet(this);
    }

    /// <summary>The entries that are pending, and in the stream, and were last delivered by then, the oldest first, up to so many.</summary>
    public List<DeliveryPlace> GetDeliveredUntil(long time, int most)
    {
        while (true)
        {
            var found = ByAge().GetUntil(time, most);
            if (found.RemoveAll(LeaveOutIfGone) == 0)
                return found;
        }
    }

    /// <summary>When that entry was delivered that is pending for longest, be it in the stream or not; in Unix milliseconds, null where there is none.</summary>
    public long? GetOldestDelivery() => ByAge().TryGetFirst(out var oldest) ? oldest.At : null;

    /// <summary>Whether an entry that is pending, and in the stream, was last delivered by then.</summary>
    public bool HasDeliveredBy(long time)
    {
        var byAge = ByAge();
        while (byAge.TryGetFirst(out var oldest) && oldest.At <= time)
        {
            if (!LeaveOutIfGone(oldest))
                return true;
        }
        return false;
    }

    /// <summary>Entries that had gone from the stream may come again.</summary>
    public void ForgetAges()
    {
        _byAge?.Release();
        _byAge = null;
    }

    /// <summary>A pending entry is delivered to its owner once more.</summary>
    public void Redeliver(in PendingPlace place, long now)
    {
        var delivery = place.Delivery;
        delivery = delivery with { At = now, Count = delivery.CountAfter };
        Deliver(place, delivery);
        Changes?.Assigned(this, place.Id, delivery);
    }

    /// <summary>The next entries are delivered to the consumer, as <see cref="StreamState.Deliver"/> tells; those that are pending already, with their count begun anew.</summary>
    public void Deliver(IdRun ids, long? entriesRead, ConsumerState consumer, long now, bool pending)
    {
        (LastId, EntriesRead) = (ids[^1], entriesRead);
        if (!pending)
            return;
        consumer.ActiveAt = now;
        if (Pending.IsLast(ids[0]))
        {
            Pending.AddLast(ids, consumer.Index, now);
            consumer.Pending += ids.Length;
            for (var i = 0; _byAge is not null && i < ids.Length; i++)
                _byAge.Add(new(now, ids[i]));
            return;
        }
        for (var i = 0; i < ids.Length; i++)
        {
            var id = ids[i];
            if (Pending.TryFind(id, out var place))
                Move(place, new(now, Count: 1, consumer.Index));
            else
                Add(id, new(now, Count: 1, consumer.Index));
        }
    }

    /// <summary>An entry that is not pending becomes the consumer's.</summary>
    public void AddPending(StreamEntryId id, ConsumerState consumer, long deliveredAt, long deliveryCount)
    {
        var delivery = new Delivery(deliveredAt, deliveryCount, consumer.Index);
        Add(id, delivery);
        Changes?.Assigned(this, id, delivery);
    }

    /// <summary>A pending entry becomes the consumer's.</summary>
    public void Assign(in PendingPlace place, ConsumerState consumer, long deliveredAt, long deliveryCount)
    {
        var delivery = new Delivery(deliveredAt, deliveryCount, consumer.Index);
        Move(place, delivery);
        Changes?.Assigned(this, place.Id, delivery);
    }

    /// <summary>An entry becomes the consumer's, whether it is pending or not.</summary>
    public void Assign(StreamEntryId id, ConsumerState consumer, long deliveredAt, long deliveryCount)
    {
        if (Pending.TryFind(id, out var place))
            Assign(place, consumer, deliveredAt, deliveryCount);
        else
            AddPending(id, consumer, deliveredAt, deliveryCount);
    }

    /// <summary>Entries are pending no more, whoever owns them.</summary>
    /// <returns>How many of them were pending.</returns>
    public long Acknowledge(ReadOnlySpan<StreamEntryId> ids)
    {
        var acknowledged = 0L;
        for (var (i, found) = (0, 0); i < ids.Length;)
        {
            if (i >= found)
                found = Pending.FetchAhead(ids, i);
            var removed = Pending.TryFind(ids[i], out var place) ? Remove(place, ids[i..]) : 0;
            acknowledged += removed;
            i += Math.Max(removed, 1);
        }
        return acknowledged;
    }

    /// <summary>An entry is pending no more.</summary>
    public void Remove(in PendingPlace place) => Remove(place, [place.Id]);

    /// <inheritdoc cref="PendingList.Remove"/>
    public int Remove(in PendingPlace place, ReadOnlySpan<StreamEntryId> ids)
    {
        var removed = Drop(place, ids);
        Changes?.Acknowledged(this, ids[..removed]);
        return removed;
    }

    /// <summary>The group goes.</summary>
    public void Clear()
    {
        Pending.Clear();
        ForgetAges();
        meter.Add(-(MemoryMeter.GroupBytes + (MemoryMeter.ConsumerBytes * (long)_consumers.Count)));
    }

    private void Add(StreamEntryId id, in Delivery delivery)
    {
        Pending.Add(id, delivery);
        _byAge?.Add(new(delivery.At, id));
        ConsumerAt(delivery.Owner).Pending++;
    }

    private void Move(in PendingPlace place, in Delivery delivery)
    {
        ConsumerAt(place.Owner).Pending--;
        ConsumerAt(delivery.Owner).Pending++;
        Deliver(place, delivery);
    }

    private void Deliver(in PendingPlace place, in Delivery delivery)
    {
        _byAge?.Remove(new(place.Delivery.At, place.Id));
        place.Block.Deliver(place.Index, delivery);
        _byAge?.Add(new(delivery.At, place.Id));
    }

    private bool LeaveOutIfGone(DeliveryPlace entry)
    {
        if (Stream.Log.TryFind(entry.Id, out _, out _))
            return false;
        _byAge!.Remove(entry);
        return true;
    }

    private DeliveryOrder ByAge()
    {
        if (_byAge is not null)
            return _byAge;
        _byAge = new(meter);
        for (var more = Pending.TryGetFrom(StreamEntryId.MinValue, out var place); more; more = Pending.TryGetNext(ref place))
            _byAge.Add(new(place.Delivery.At, place.Id));
        return _byAge;
    }

    private int Drop(in PendingPlace place, ReadOnlySpan<StreamEntryId> ids)
    {
        var owner = ConsumerAt(place.Owner);
        if (_byAge is not null)
        {
            _byAge.Remove(new(place.Delivery.At, place.Id));
            ids = ids[..1];
        }
        var removed = Pending.Remove(place, ids);
        owner.Pending -= removed;
        return removed;
    }
}
