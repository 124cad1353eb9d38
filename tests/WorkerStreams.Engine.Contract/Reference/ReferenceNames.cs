namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>Who has a consumer's name, until when, and how long the leases are.</summary>
internal sealed record ReferenceHold(StreamName Holder, long Until, TimeSpan Lease);

/// <summary>Consumers' names as the specification has them.</summary>
internal static class ReferenceNames
{
    public static HoldResult Hold(ReferenceGroup group, HoldRequest request, long now)
    {
        TimeSpan[] others = [.. group.Consumers.Values.Where(other => other.Name != request.Consumer).Select(other => other.HoldAt(now)).OfType<ReferenceHold>().Select(hold => hold.Lease)];
        if (!group.Consumers.TryGetValue(request.Consumer, out var consumer))
            group.Consumers.Add(request.Consumer, consumer = new(request.Consumer) { SeenAt = now });
        if (consumer.HoldAt(now) is { } held && held.Holder != request.Holder && held.Holder != request.Instead)
            return new(held.Holder, TimeSpan.FromMilliseconds(held.Until - now), others);
        (consumer.Hold, consumer.IsLeft) = (new(request.Holder, now + (long)request.Duration.TotalMilliseconds, request.Lease), false);
        return new(request.Holder, request.Duration, others);
    }

    public static bool Leave(ReferenceGroup group, StreamName name, StreamName holder, long now)
    {
        if (!group.Consumers.TryGetValue(name, out var consumer))
            return true;
        if (consumer.HoldAt(now) is { } held && held.Holder != holder)
            return false;
        (consumer.Hold, consumer.IsLeft) = (null, true);
        return !group.Of(name).Any() && group.Consumers.Remove(name);
    }

    public static IReadOnlyList<StreamName> Collect(ReferenceGroup group, TimeSpan minIdle, long now)
    {
        StreamName[] gone =
        [
            .. group.Consumers.Values
                .Where(consumer => consumer.IsLeft == true || (consumer.HoldAt(now) is null && now - consumer.SeenAt >= minIdle.TotalMilliseconds))
                .Select(consumer => consumer.Name)
                .Where(name => !group.Of(name).Any()),
        ];
        foreach (var name in gone)
            group.Consumers.Remove(name);
        return gone;
    }
}
