namespace WorkerStreams.Engine;

/// <summary>An entry as an engine hands it out. Its fields belong to the <see cref="EntryBatch"/> it came in.</summary>
/// <param name="id">The entry's id.</param>
/// <param name="fields">The fields; missing for an entry that is deleted but still pending, or when only ids were asked for.</param>
/// <param name="deliveryCount">How often it was delivered, this time included, or <see cref="UnknownDeliveryCount"/>.</param>
/// <param name="idle">The time since its last delivery before this one; zero for a first delivery.</param>
public readonly struct StreamEntry(StreamEntryId id, EntryFields fields, long deliveryCount = StreamEntry.UnknownDeliveryCount, TimeSpan idle = default)
{
    /// <summary>The engine does not tell the count with this reply, or the entry was not read by a group.</summary>
    public const long UnknownDeliveryCount = -1;

    /// <summary>The entry's id.</summary>
    public StreamEntryId Id { get; } = id;

    /// <summary>The fields; missing for an entry that is deleted but still pending, or when only ids were asked for.</summary>
    public EntryFields Fields { get; } = fields;

    /// <summary>How often the entry was delivered to its group, this time included, or <see cref="UnknownDeliveryCount"/>.</summary>
    public long DeliveryCount { get; } = deliveryCount;

    /// <summary>The time since its last delivery before this one, by the engine's clock; zero for a first delivery.</summary>
    public TimeSpan Idle { get; } = idle;
}
