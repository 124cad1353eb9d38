using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>What XREADGROUP reads of one stream. The group was checked to exist.</summary>
internal static class GroupReads
{
    /// <summary>When an entry was delivered that is idle for so long now; in Unix milliseconds.</summary>
    public static long IdleSince(long now, TimeSpan minIdle) => now - (long)Math.Ceiling(minIdle.TotalMilliseconds);

    /// <summary>Entries never delivered to the group, and before them those that are claimed.</summary>
    public static void ReadNew(Shard shard, ReadGroupRequest request, StreamState stream, long now, TimeSpan? claimMinIdle, int mostClaimed, ref ReplyWriter reply)
    {
        var group = GroupOf(stream, request);
        var consumer = shard.See(group, request.Consumer, now);
        var hasBegun = claimMinIdle is { } minIdle && Claim(stream, group, consumer, now, minIdle, mostClaimed, ref reply);
        var isNew = stream.Log.LastId > group.LastId && !(hasBegun && reply.IsStreamFull);
        if (isNew)
            Deliver(request, stream, group, consumer, now, hasBegun, ref reply);
        if (!hasBegun && !isNew)
            return;
        shard.Changes++;
        if (group.IsClaimedByAge)
            shard.SetAlarms(group);
    }

    /// <summary>Whether there is something old enough to be claimed.</summary>
    public static bool HasClaim(GroupState group, ReadGroupRequest request, long now)
    {
        if (request.ClaimMinIdle is not { } minIdle)
            return false;
        try
        {
            return group.HasDeliveredBy(IdleSince(now, minIdle));
        }
        catch (StreamEngineException)
        {
            // It cannot be read from the disk, which the read will tell.
            return true;
        }
    }

    private static GroupState GroupOf(StreamState stream, ReadGroupRequest request)
    {
        stream.TryGetGroup(request.Group, out var group);
        return group!;
    }

    private static void Deliver(ReadGroupRequest request, StreamState stream, GroupState group, ConsumerState consumer, long now, bool hasBegun, ref ReplyWriter reply)
    {
        if (!hasBegun)
            reply.BeginStream(stream.Name, stream.Log.Count);
        var through = reply.AddFrom(stream.Log, stream.Log.After(group.LastId, group.NextHint), StreamEntryId.MaxValue, deliveryCount: 1);
        stream.Deliver(group, consumer, through, now, pending: !request.NoAcknowledge);
        stream.Log.FetchAhead(group.NextHint);
    }

    /// <returns>Whether there were any, and so the stream has begun in the reply.</returns>
    private static bool Claim(StreamState stream, GroupState group, ConsumerState consumer, long now, TimeSpan minIdle, int most, ref ReplyWriter reply)
    {
        var hasBegun = false;
        foreach (var (_, _, id) in group.GetDeliveredUntil(IdleSince(now, minIdle), Math.Min(most, reply.MostClaimed)))
        {
            if (!stream.Log.TryFind(id, out var chunk, out var index) || !group.Pending.TryFind(id, out var place))
                continue;
            if (!hasBegun)
                reply.BeginStream(stream.Name, group.Pending.Count);
            hasBegun = true;
            if (reply.IsStreamFull)
                break;
            var (before, count) = (place.Delivery, place.Delivery.CountAfter);
            group.Assign(place, consumer, now, count);
            reply.Add(chunk, index, count, Math.Max(now - before.At, 0));
        }
        if (hasBegun)
            group.Activate(consumer, now);
        return hasBegun;
    }

    /// <summary>The consumer's own pending entries after an id: delivered once more, unless they are no longer in the stream.</summary>
    public static void ReadHistory(Shard shard, ReadGroupRequest request, StreamState stream, StreamEntryId after, long now, ref ReplyWriter reply)
    {
        var group = GroupOf(stream, request);
        var consumer = shard.See(group, request.Consumer, now);
        reply.BeginStream(stream.Name, consumer.Pending);
        if (consumer.Pending == 0 || !after.TryIncrement(out var from) || !group.Pending.TryGetFrom(from, out var place))
            return;
        for (; !reply.IsStreamFull && group.Pending.TryGetOwned(consumer.Index, ref place); place = place with { Index = place.Index + 1 })
        {
            var idle = Math.Max(now - place.Delivery.At, 0);
            if (stream.Log.TryFind(place.Id, out var chunk, out var index))
            {
                group.Redeliver(place, now);
                reply.Add(chunk, index, place.Delivery.Count, idle);
            }
            else
            {
                reply.AddMissing(place.Id, place.Delivery.Count, idle);
            }
        }
    }
}
