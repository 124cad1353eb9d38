using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XINFO STREAM FULL.</summary>
internal static class FullInfoCommands
{
    /// <param name="shard">The stream's shard.</param>
    /// <param name="name">The stream.</param>
    /// <param name="count">The most entries, and the most pending ones of each group and consumer; null is no limit.</param>
    public static FullStreamInfo Full(Shard shard, StreamName name, int? count)
    {
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        var groups = stream.Groups.OrderBy(static group => group.Name)
            .Zip(InfoCommands.Groups(shard, name), (group, figures) => Describe(group, figures, count ?? int.MaxValue))
            .ToList();
        return new(InfoCommands.Stream(shard, name), StreamCommands.Range(shard, name, RangeBound.Min, RangeBound.Max, count, reverse: false), groups);
    }

    private static FullGroupInfo Describe(GroupState group, GroupInfo figures, int count) => new(
        figures,
        Pending(group, null, count),
        [.. group.Consumers.OrderBy(static consumer => consumer.Name).Select(consumer => Describe(group, consumer, count))]);

    private static FullConsumerInfo Describe(GroupState group, ConsumerState consumer, int count) => new(
        consumer.Name,
        consumer.SeenAt,
        consumer.ActiveAt == ConsumerState.Never ? null : consumer.ActiveAt,
        consumer.Pending,
        Pending(group, consumer, count));

    private static List<PendingDelivery> Pending(GroupState group, ConsumerState? consumer, int count)
    {
        List<PendingDelivery> listed = [];
        var left = Math.Min(count, consumer?.Pending ?? group.Pending.Count);
        var more = group.Pending.TryGetFrom(default, out var place);
        while (more && left-- > 0 && (consumer is null || group.Pending.TryGetOwned(consumer.Index, ref place)))
        {
            listed.Add(new(place.Id, group.NameOf(place.Owner), place.Delivery.At, place.Delivery.Count));
            more = group.Pending.TryGetNext(ref place);
        }
        return listed;
    }
}
