namespace WorkerStreams.Engine.Model;

/// <summary>
/// The appends of a stream that are to be done once, as far as they are remembered: of each producer the last ones, each for a time. What is beyond goes when the next one
/// comes, in an order that follows from their times, so it is not told of as a change.
/// </summary>
internal sealed class IdempotentAppends(MemoryMeter meter)
{
    // An estimate.
    private const int AppendBytes = 256;

    private readonly Dictionary<StreamName, Producer> _producers = [];
    private readonly LinkedList<Append> _byAge = [];

    /// <summary>For how long an append is remembered, in milliseconds.</summary>
    public long Duration { get; private set; } = (long)IdempotencyInfo.Default.Duration.TotalMilliseconds;

    /// <summary>How many of each producer are remembered.</summary>
    public int MaxIds { get; private set; } = IdempotencyInfo.Default.MaxIds;

    /// <summary>The appends that ever were remembered.</summary>
    public long Added { get; private set; }

    /// <summary>The appends that were not done, for they had been.</summary>
    public long Duplicates { get; private set; }

    public int Producers => _producers.Count;

    public int Count => _byAge.Count;

    /// <summary>The bytes of their names.</summary>
    public long NameBytes { get; private set; }

    /// <summary>Those that are remembered, the oldest first.</summary>
    public IEnumerable<(StreamName Producer, StreamName Key, StreamEntryId Id, long At)> All =>
        _byAge.Select(static append => (append.Producer.Name, append.Key, append.Id, append.At));

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
        if (its.InOrder.Count == MaxIds)
            Forget(its.InOrder.First!.Value);
        var append = new Append(its, key, id, now);
        _producers[producer] = its;
        its.ByKey.Add(key, append);
        its.InOrder.AddLast(append.OfProducer);
        _byAge.AddLast(append.OfAll);
        Account(append, 1);
        Added++;
    }

    public void CountDuplicate() => Duplicates++;

    /// <summary>Forgets those that were done too long ago.</summary>
    public void Expire(long now)
    {
        while (_byAge.First is { } oldest && now - oldest.Value.At >= Duration)
            Forget(oldest.Value);
    }

    /// <summary>Sets how much is remembered: where that changes, all is forgotten.</summary>
    public void Set(long duration, int maxIds, long added, long duplicates)
    {
        if ((duration, maxIds) != (Duration, MaxIds))
            Clear();
        (Duration, MaxIds, Added, Duplicates) = (duration, maxIds, added, duplicates);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        while (_byAge.First is { } oldest)
            Forget(oldest.Value);
    }

    private void Forget(Append append)
    {
        var producer = append.Producer;
        _byAge.Remove(append.OfAll);
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
        public Append(Producer producer, StreamName key, StreamEntryId id, long at)
        {
            (Producer, Key, Id, At) = (producer, key, id, at);
            (OfAll, OfProducer) = (new(this), new(this));
        }

        public Producer Producer { get; }

        public StreamName Key { get; }

        public StreamEntryId Id { get; }

        public long At { get; }

        public LinkedListNode<Append> OfAll { get; }

        public LinkedListNode<Append> OfProducer { get; }
    }

    private sealed class Producer(StreamName name)
    {
        public StreamName Name { get; } = name;

        public Dictionary<StreamName, Append> ByKey { get; } = [];

        public LinkedList<Append> InOrder { get; } = [];
    }
}
