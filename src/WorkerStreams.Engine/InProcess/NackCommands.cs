namespace WorkerStreams.Engine.InProcess;

/// <summary>XNACK.</summary>
internal static class NackCommands
{
    /// <returns>The number of entries handed back; one that is named twice counts twice.</returns>
    public static long Nack(Shard shard, NackRequest request)
    {
        if (request.DeliveryCount < 0)
            throw StreamEngineException.InvalidArgument("Invalid RETRYCOUNT value, must be >= 0");
        if (!shard.TryGet(request.Stream, request.Group, out var stream, out var group))
            throw Errors.NoGroup(request.Stream, request.Group);
        var count = 0L;
        foreach (var id in request.Ids.Span)
        {
            var isPending = group.Pending.TryFind(id, out var place);
            if (!isPending && !(request.Force && stream.Log.TryFind(id, out _, out _)))
                continue;
            group.Disown(id, request.DeliveryCount ?? CountOf(request.Mode, isPending ? place.Delivery.Count : 0));
            count++;
        }
        shard.Changes += count;
        if (count > 0)
            shard.ServeClaims(stream, group);
        return count;
    }

    private static long CountOf(NackMode mode, long before) => mode switch
    {
        NackMode.Silent => Math.Max(before - 1, 0),
        NackMode.Fail => before,
        _ => long.MaxValue,
    };
}
