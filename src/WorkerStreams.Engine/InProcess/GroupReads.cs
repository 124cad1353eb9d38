using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>What XREADGROUP reads of one stream. The group was checked to exist.</summary>
internal static class GroupReads
{
    /// <summary>Entries never delivered to the group.</summary>
    public static void ReadNew(ReadGroupRequest request, StreamState stream, long now, ref ReplyWriter reply)
    {
        stream.TryGetGroup(request.Group, out var group);
        var consumer = group!.See(request.Consumer, now);
        if (stream.Log.LastId <= group.LastId)
            return;
        reply.BeginStream(stream.Name, stream.Log.Count);
        var through = reply.AddFrom(stream.Log, stream.Log.After(group.LastId, group.NextHint), StreamEntryId.MaxValue, deliveryCount: 1);
        stream.Deliver(group, consumer, through, now, pending: !request.NoAcknowledge);
        stream.Log.FetchAhead(group.NextHint);
    }

    /// <summary>The consumer's own pending entries after an id: delivered once more, unless they are no longer in the stream.</summary>
    public static void ReadHistory(ReadGroupRequest request, StreamState stream, StreamEntryId after, long now, ref ReplyWriter reply)
    {
        stream.TryGetGroup(request.Group, out var group);
        var consumer = group!.See(request.Consumer, now);
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
