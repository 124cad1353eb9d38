using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.Model;

/// <summary>A consumer group: how far it has read, its consumers and its pending entries. What changes it cannot fail.</summary>
internal sealed class GroupState(StreamState stream, StreamName name, long number, StreamEntryId lastId, long? entriesRead, MemoryMeter meter)
{
    // In milliseconds.
    private const long LeastBetweenTold = 1000;

    private static readonly StreamName NoName = "";

    private readonly Dictionary<StreamName, ConsumerState> _consumers = [];
    private readonly List<ConsumerState?> _byIndex = [];
    private ConsumerState? _recent;
    // Below it none is free.
    private int _leastFree;

    // Null until somebody claims entries by their age.
    private DeliveryOrder? _byAge;

    // Null until an entry is handed back.
    private UnownedEntries? _unowned;

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

    /// <summary>The pending entries that nobody owns.</summary>
    public int Unowned => _unowned?.Count ?? 0;

    /// <summary>The pending entries in an order in which they can be made anew: those of consumers by their ids, then those that nobody owns by their turns.</summary>
    public IEnumerable<(StreamEntryId Id, Delivery Delivery)> Deliveries
    {
        get
        {
            for (var more = Pending.TryGetFrom(StreamEntryId.MinValue, out var place); more; more = Pending.TryGetNext(ref place))
            {
                if (place.Owner != Delivery.Nobody)
                    yield return (place.Id, place.Delivery);
            }
            foreach (var id in _unowned?.InTurn ?? [])
            {
                Pending.TryFind(id, out var place);
                yield return (id, place.Delivery);
            }
        }
    }

    /// <summary>Whether entries are claimed by their age.</summary>
    public bool IsClaimedByAge { get; private set; }

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

    /// <summary>The name of the owner with this index; empty for <see cref="Delivery.Nobody"/>.</summary>
    public StreamName NameOf(int owner) => owner == Delivery.Nobody ? NoName : _byIndex[owner]!.Name;

    /// <param name="consumer">The name.</param>
    /// <param name="now">The time.</param>
    /// <param name="wanted">The index that it has to have, or null for the first that is free.</param>
    public ConsumerState AddConsumer(StreamName consumer, long now, int? wanted = null)
    {
        var index = wanted ?? _byIndex.IndexOf(null, _leastFree) switch { < 0 => _byIndex.Count, var free => free };
        _leastFree = wanted is null ? index + 1 : _leastFree;
        while (_byIndex.Count <= index)
            _byIndex.Add(null);
        var state = new ConsumerState(consumer, index, now);
        _byIndex[index] = state;
        _consumers.Add(consumer, state);
        meter.Add(MemoryMeter.ConsumerBytes + consumer.Bytes.Length);
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
        _leastFree = Math.Min(_leastFree, consumer.Index);
        _consumers.Remove(consumer.Name);
        meter.Add(-(MemoryMeter.ConsumerBytes + consumer.NameBytes));
    }

    /// <summary>The consumer tries something, and is made where it is new.</summary>
    public ConsumerState See(StreamName consumer, long now, out bool isNew)
    {
        isNew = !TryGetConsumer(consumer, out var state);
        if (state is null)
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
            See(consumer, now, out _);
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
        var before = consumer.NameBytes;
        (consumer.Hold, consumer.IsLeft) = (hold, hold is null);
        meter.Add(consumer.NameBytes - before);
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
        while (byAge.TryGetFirst(out var oldest) && oldest.IsSince(time))
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
                _byAge.Add(new(now, Turn: 0, ids[i]));
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

    /// <summary>An entry becomes nobody's, whether it is pending or not, and the last of those to be claimed.</summary>
    public void Disown(StreamEntryId id, long deliveryCount)
    {
        var delivery = new Delivery(At: 0, deliveryCount, Delivery.Nobody);
        if (Pending.TryFind(id, out var place))
            Move(place, delivery);
        else
            Add(id, delivery);
        Changes?.Assigned(this, id, delivery);
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
        _unowned?.Release();
        meter.Add(-(MemoryMeter.GroupBytes + Name.Bytes.Length + _consumers.Values.Sum(static consumer => MemoryMeter.ConsumerBytes + consumer.NameBytes)));
    }

    private void Add(StreamEntryId id, in Delivery delivery)
    {
        Pending.Add(id, delivery);
        Enter(id, delivery);
        Count(delivery.Owner, 1);
    }

    private void Move(in PendingPlace place, in Delivery delivery)
    {
        Count(place.Owner, -1);
        Count(delivery.Owner, 1);
        Deliver(place, delivery);
    }

    private void Deliver(in PendingPlace place, in Delivery delivery)
    {
        Leave(place);
        place.Block.Deliver(place.Index, delivery);
        Enter(place.Id, delivery);
    }

    private void Count(int owner, int count)
    {
        if (owner != Delivery.Nobody)
            ConsumerAt(owner).Pending += count;
    }

    private void Enter(StreamEntryId id, in Delivery delivery)
    {
        if (delivery.IsUnowned)
            (_unowned ??= new(meter)).Add(id);
        _byAge?.Add(PlaceOf(id, delivery));
    }

    private void Leave(in PendingPlace place)
    {
        _byAge?.Remove(PlaceOf(place.Id, place.Delivery));
        _unowned?.Remove(place.Id);
    }

    private DeliveryPlace PlaceOf(StreamEntryId id, in Delivery delivery) =>
        delivery.IsUnowned ? DeliveryPlace.OfUnowned(_unowned!.TurnOf(id), id) : new(delivery.At, Turn: 0, id);

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
        (_byAge, IsClaimedByAge) = (new(meter), true);
        for (var more = Pending.TryGetFrom(StreamEntryId.MinValue, out var place); more; more = Pending.TryGetNext(ref place))
            _byAge.Add(PlaceOf(place.Id, place.Delivery));
        return _byAge;
    }

    private int Drop(in PendingPlace place, ReadOnlySpan<StreamEntryId> ids)
    {
        var owner = place.Owner;
        if (_byAge is not null || _unowned is { Count: > 0 })
        {
            Leave(place);
            ids = ids[..1];
        }
        var removed = Pending.Remove(place, ids);
        Count(owner, -removed);
        return removed;
    }
}
