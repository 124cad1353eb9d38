namespace WorkerStreams.Engine.Model;

/// <summary>
/// The appends of a stream that are to be done once, as far as they are remembered: of each producer the last ones, each until its entry's id is so old. What is beyond goes
/// when the next one comes, as follows from ids and times, so it is not told of as a change.
/// </summary>
internal sealed class IdempotentAppends(MemoryMeter meter)
{
    // An estimate.
    private const int AppendBytes = 256;

    private readonly Dictionary<StreamName, Producer> _producers = [];
    private readonly SortedSet<Append> _byAge = new(Comparer<Append>.Create(static (one, other) => (one.Id, one.Number).CompareTo((other.Id, other.Number))));
    private long _lastNumber;

    /// <summary>How much is remembered.</summary>
    public IdempotencyLimits Limits { get; private set; } = IdempotencyLimits.Default;

    /// <summary>The appends that ever were remembered.</summary>
    public long Added { get; private set; }

    /// <summary>The appends that were not done, for they had been.</summary>
    public long Duplicates { get; private set; }

    public int Producers => _producers.Count;

    public int Count => _byAge.Count;

    /// <summary>The bytes of their names.</summary>
    public long NameBytes { get; private set; }

    /// <summary>Those that are remembered, of each producer in the order in which they came.</summary>
    public IEnumerable<(StreamName Producer, StreamName Key, StreamEntryId Id, long At)> All =>
        _producers.Values.SelectMany(static producer => producer.InOrder).Select(static append => (append.Producer.Name, append.Key, append.Id, append.At));

    /// <summary>The id that the append was given when it was done, or null.</summary>
    public StreamEntryId? Find(StreamName producer, StreamName key) =>
        _producers.TryGetValue(producer, out var found) && found.ByKey.TryGetValue(key, out var append) ? append.Id : null;

    public void Add(StreamName producer, StreamName key, StreamEntryId id, long now)
    {
        Expire(now);
        if (!_producers.TryGetValue(producer, out var its))
            _producers.Add(producer, its = new(producer));
        // One that was forgotten by a clock that was ahead then.
        if (its.ByKey.TryGetValue(key, out var older))
            Forget(older);
        if (its.InOrder.Count == Limits.MaxIds)
            Forget(its.InOrder.First!.Value);
        var append = new Append(++_lastNumber, its, key, id, now);
        _producers[producer] = its;
        its.ByKey.Add(key, append);
        its.InOrder.AddLast(append.OfProducer);
        _byAge.Add(append);
        Account(append, 1);
        Added++;
    }

    public void CountDuplicate() => Duplicates++;

    /// <summary>Forgets those whose entries' ids are too old.</summary>
    public void Expire(long now)
    {
        while (now >= Limits.Duration && _byAge.Min is { } oldest && oldest.Id.Milliseconds <= (ulong)(now - Limits.Duration))
            Forget(oldest);
    }

    /// <summary>Sets how much is remembered: where that changes, all is forgotten.</summary>
    public void Set(IdempotencyLimits limits, long added, long duplicates)
    {
        if (limits != Limits)
            Clear();
        (Limits, Added, Duplicates) = (limits, added, duplicates);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        while (_byAge.Min is { } oldest)
            Forget(oldest);
    }

    private void Forget(Append append)
    {
        var producer = append.Producer;
        _byAge.Remove(append);
        producer.InOrder.Remove(append.OfProducer);
        producer.ByKey.Remove(append.Key);
        Account(append, -1);
        if (producer.InOrder.Count == 0)
            _producers.Remove(producer.Name);
    }

    private void Account(Append append, int count)
    {
        var names = append.Key.Bytes.Length + append.Producer.Name.Bytes.Length;
        NameBytes += count * names;
        meter.Add(count * (AppendBytes + (long)names));
    }

    private sealed class Append
    {
        public Append(long number, Producer producer, StreamName key, StreamEntryId id, long at)
        {
            (Number, Producer, Key, Id, At) = (number, producer, key, id, at);
            OfProducer = new(this);
        }

        /// <summary>Tells it from others of the same entry.</summary>
        public long Number { get; }

        public Producer Producer { get; }

        public StreamName Key { get; }

        public StreamEntryId Id { get; }

        /// <summary>When it came to be remembered.</summary>
        public long At { get; }

        public LinkedListNode<Append> OfProducer { get; }
    }

    private sealed class Producer(StreamName name)
    {
        public StreamName Name { get; } = name;

        public Dictionary<StreamName, Append> ByKey { get; } = [];

        public LinkedList<Append> InOrder { get; } = [];
    }
}
