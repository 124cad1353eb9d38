namespace WorkerStreams.Engine;

/// <summary>A stream with its groups and what is pending in them, all as of one moment: XINFO STREAM FULL. Dispose it as its <see cref="Entries"/>.</summary>
/// <param name="Stream">The stream's figures.</param>
/// <param name="Entries">Its first entries.</param>
/// <param name="Groups">Its groups, by name.</param>
public sealed record FullStreamInfo(StreamInfo Stream, EntryBatch Entries, IReadOnlyList<FullGroupInfo> Groups) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Entries.Dispose();
}

/// <summary>A group with its consumers.</summary>
/// <param name="Group">The group's figures.</param>
/// <param name="Pending">Its first pending entries.</param>
/// <param name="Consumers">Its consumers, by name.</param>
public sealed record FullGroupInfo(GroupInfo Group, IReadOnlyList<PendingDelivery> Pending, IReadOnlyList<FullConsumerInfo> Consumers);

/// <summary>A consumer with what is pending for it.</summary>
/// <param name="Name">The consumer.</param>
/// <param name="SeenAt">Its last attempt, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="ActiveAt">Its last success, in the same; null where there was none.</param>
/// <param name="PendingCount">The number of its pending entries.</param>
/// <param name="Pending">The first of them.</param>
public sealed record FullConsumerInfo(StreamName Name, long SeenAt, long? ActiveAt, long PendingCount, IReadOnlyList<PendingDelivery> Pending);

/// <summary>A pending entry, and when it was delivered.</summary>
/// <param name="Id">The entry.</param>
/// <param name="Consumer">Its owner; empty where nobody owns it.</param>
/// <param name="DeliveredAt">Its last delivery, in milliseconds since 1970-01-01 UTC; 0 where nobody owns it.</param>
/// <param name="DeliveryCount">How often it was delivered.</param>
public readonly record struct PendingDelivery(StreamEntryId Id, StreamName Consumer, long DeliveredAt, long DeliveryCount);
