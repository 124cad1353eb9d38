using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XCLAIM and XAUTOCLAIM.</summary>
internal static class ClaimCommands
{
    private const int LooksPerEntry = 10;

    public static EntryBatch Claim(Shard shard, ClaimRequest request)
    {
        if (request.DeliveryCount < 0)
            throw StreamEngineException.InvalidArgument("Invalid RETRYCOUNT option argument for XCLAIM");
        if (request is { Idle: not null, DeliveredAt: not null })
            throw StreamEngineException.InvalidArgument("syntax error, IDLE and TIME at the same time are not compatible");
        if (!shard.TryGet(request.Stream, request.Group, out var stream, out var group))
            throw Errors.NoGroup(request.Stream, request.Group);
        if (group.TryGetConsumer(request.Consumer, out var named) && NameCommands.IsHeldByAnother(shard, named, request.Holder))
            return EntryBatch.Empty;
        var now = shard.Store.Now;
        var deliveredAt = DeliveredAt(request, now);
        // Claiming an entry tells the position, too.
        var (moves, claimed) = (request.LastId > group.LastId, 0);
        if (moves)
            group.SetPosition(request.LastId!.Value, group.EntriesRead);
        var consumer = shard.See(group, request.Consumer, now);
        var reply = new ReplyWriter(null, null);
        reply.BeginStream(request.Stream, request.Ids.Length);
        foreach (var id in request.Ids.Span)
        {
            var pending = group.Pending.TryFind(id, out var place);
            if (request.ExpectedOwner is { } owner && !(pending && place.Owner != Delivery.Nobody && group.NameOf(place.Owner) == owner))
                continue;
            if (!stream.Log.TryFind(id, out var chunk, out var index))
            {
                if (pending)
                {
                    group.Remove(place);
                    claimed++;
                }
                continue;
            }
            if (!pending && !request.Force)
                continue;
            var idle = pending ? Math.Max(now - place.Delivery.At, 0) : 0;
            if (pending && place.Owner != Delivery.Nobody && idle < request.MinIdle.TotalMilliseconds)
                continue;
            var before = pending ? place.Delivery : new(now, Count: 1, consumer.Index);
            var count = request.DeliveryCount ?? (request.JustIds ? before.Count : before.CountAfter);
            if (pending)
                group.Assign(place, consumer, deliveredAt, count);
            else
                group.AddPending(id, consumer, deliveredAt, count);
            group.Activate(consumer, now);
            claimed++;
            Add(ref reply, chunk, index, count, idle, request.JustIds);
        }
        shard.Changes += claimed == 0 && moves ? 1 : claimed;
        shard.ServeClaims(stream, group);
        return reply.Build();
    }

    public static AutoClaimResult AutoClaim(Shard shard, AutoClaimRequest request)
    {
        var start = request.Start.First();
        if (request.Count <= 0)
            throw StreamEngineException.InvalidArgument("COUNT must be > 0");
        if (!shard.TryGet(request.Stream, request.Group, out var stream, out var group))
            throw Errors.NoGroup(request.Stream, request.Group);
        var now = shard.Store.Now;
        var consumer = shard.See(group, request.Consumer, now);
        var reply = new ReplyWriter(null, request.MaxBytes);
        reply.BeginStream(request.Stream, request.Count);
        List<StreamEntryId> deleted = [];
        var (room, looks) = (request.Count, (long)request.Count * LooksPerEntry);
        var more = group.Pending.TryGetFrom(start, out var place);
        for (; more && room > 0 && looks > 0 && !reply.IsFull; more = group.Pending.TryGetNext(ref place), looks--)
        {
            var idle = Math.Max(now - place.Delivery.At, 0);
            if (!stream.Log.TryFind(place.Id, out var chunk, out var index))
            {
                deleted.Add(place.Id);
                room--;
            }
            else if (place.Owner == Delivery.Nobody || idle >= request.MinIdle.TotalMilliseconds)
            {
                group.Assign(place, consumer, now, request.JustIds ? place.Delivery.Count : place.Delivery.CountAfter);
                group.Activate(consumer, now);
                shard.Changes++;
                Add(ref reply, chunk, index, place.Delivery.Count, idle, request.JustIds);
                room--;
            }
        }
        var next = more ? place.Id : default;
        foreach (var id in deleted)
        {
            group.Pending.TryFind(id, out var gone);
            group.Remove(gone);
            shard.Changes++;
        }
        return new(next, reply.Build(), deleted);
    }

    private static void Add(ref ReplyWriter reply, Chunk chunk, int index, long deliveryCount, long idle, bool justIds)
    {
        if (justIds)
            reply.AddMissing(chunk.IdAt(index), deliveryCount, idle);
        else
            reply.Add(chunk, index, deliveryCount, idle);
    }

    private static long DeliveredAt(ClaimRequest request, long now)
    {
        var at = request switch
        {
            { Idle: { } idle } => now - (long)idle.TotalMilliseconds,
            { DeliveredAt: { } time } => time.ToUnixTimeMilliseconds(),
            _ => now,
        };
        return at < 0 || at > now ? now : at;
    }
}
