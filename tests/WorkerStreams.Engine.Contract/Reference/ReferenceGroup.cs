namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>A consumer group as the specification has it.</summary>
internal sealed class ReferenceGroup
{
    public StreamEntryId LastId { get; set; }

    public long? EntriesRead { get; set; }

    public long LastTurn { get; set; }

    public SortedDictionary<StreamEntryId, ReferencePending> Pending { get; } = [];

    public SortedDictionary<StreamName, ReferenceConsumer> Consumers { get; } = [];

    /// <summary>The consumer is mentioned: it appears, and is seen.</summary>
    public ReferenceConsumer See(StreamName name, long now)
    {
        if (!Consumers.TryGetValue(name, out var consumer))
            Consumers.Add(name, consumer = new(name));
        consumer.SeenAt = now;
        return consumer;
    }

    public IEnumerable<KeyValuePair<StreamEntryId, ReferencePending>> Of(StreamName consumer) => Pending.Where(pending => pending.Value.Owner == consumer && pending.Value.Turn == 0);
}

internal sealed record ReferenceConsumer(StreamName Name)
{
    public long SeenAt { get; set; }

    public long? ActiveAt { get; set; }

    /// <summary>Who holds the name, or held it last.</summary>
    public ReferenceHold? Hold { get; set; }

    /// <summary>Whether its holder has left the name, and nobody has held it since; null where nobody can know.</summary>
    public bool? IsLeft { get; set; } = false;

    public ReferenceHold? HoldAt(long now) => Hold?.Until > now ? Hold : null;
}

internal sealed record ReferencePending(StreamName Owner, long DeliveredAt, long Count)
{
    /// <summary>Where nobody owns it, its turn among such, from 1 on.</summary>
    public long Turn { get; init; }

    public long CountAfter => Count < long.MaxValue ? Count + 1 : Count;

    public bool IsIdle(long now, TimeSpan minIdle) => Turn > 0 || now - DeliveredAt >= minIdle.TotalMilliseconds;
}
