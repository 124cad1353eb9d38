using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XPENDING.</summary>
internal static class PendingCommands
{
    public static PendingSummary Summarize(Shard shard, StreamName name, StreamName groupName)
    {
        if (!shard.TryGet(name, groupName, out _, out var group))
            throw Errors.NoGroup(name, groupName);
        if (group.Pending.Count == 0)
            return new(0, null, null, []);
        return new(group.Pending.Count, group.Pending.FirstId, group.Pending.LastId, [
            .. group.Consumers.Where(consumer => consumer.Pending > 0)
                .OrderBy(consumer => consumer.Name)
                .Select(consumer => (consumer.Name, consumer.Pending))]);
    }

    public static IReadOnlyList<PendingEntry> List(Shard shard, PendingRequest request)
    {
        var (first, last) = (request.Start.First(), request.End.Last());
        if (!shard.TryGet(request.Stream, request.Group, out _, out var group))
            throw Errors.NoGroup(request.Stream, request.Group);
        var consumer = default(ConsumerState);
        if (request.Consumer is { } name && !group.TryGetConsumer(name, out consumer))
            return [];
        List<PendingEntry> listed = [];
        var (now, left) = (shard.Store.Now, consumer?.Pending ?? group.Pending.Count);
        var more = group.Pending.TryGetFrom(first, out var place);
        while (more && left > 0 && listed.Count < request.Count && (consumer is null || group.Pending.TryGetOwned(consumer.Index, ref place)) && place.Id <= last)
        {
            var (delivery, owner) = (place.Delivery, group.NameOf(place.Owner));
            var idle = delivery.IsUnowned ? PendingEntry.UnownedIdle : TimeSpan.FromMilliseconds(Math.Max(now - delivery.At, 0));
            if (delivery.IsUnowned || idle >= request.MinIdle)
                listed.Add(new(place.Id, owner, idle, delivery.Count));
            left--;
            more = group.Pending.TryGetNext(ref place);
        }
        return listed;
    }
}
