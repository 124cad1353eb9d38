using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>Consumers' names: who holds them, and which are left by everybody.</summary>
internal static class NameCommands
{
    public static HoldResult Hold(Shard shard, HoldRequest request)
    {
        var (group, now) = (Get(shard, request.Stream, request.Group), shard.Store.Now);
        var others = group.Consumers.Where(consumer => consumer.Name != request.Consumer).Select(consumer => consumer.HoldAt(now)).OfType<NameHold>();
        TimeSpan[] leases = [.. others.Select(static hold => hold.Lease)];
        group.TryGetConsumer(request.Consumer, out var consumer);
        if (consumer?.HoldAt(now) is { } held && held.Holder != request.Holder && held.Holder != request.Instead)
            return new(held.Holder, TimeSpan.FromMilliseconds(held.Until - now), leases);
        // Beyond the limit by a little, for who begins to work is to make room.
        if (Growth(consumer, request) is > 0 and var bytes && shard.Store.CheckMemory(shard, bytes - shard.Store.LittleMemory) is { } refusal)
            throw refusal;
        consumer ??= shard.See(group, request.Consumer, now);
        group.HoldName(consumer, new(request.Holder, now + Milliseconds(request.Duration), request.Lease));
        return new(request.Holder, request.Duration, leases);
    }

    public static bool Leave(Shard shard, StreamName name, StreamName groupName, StreamName consumerName, StreamName holder)
    {
        if (!shard.TryGet(name, groupName, out _, out var group) || !group.TryGetConsumer(consumerName, out var consumer))
            return true;
        if (consumer.HoldAt(shard.Store.Now) is { } held && held.Holder != holder)
            return false;
        group.HoldName(consumer, null);
        if (consumer.Pending > 0)
            return false;
        group.RemoveConsumer(consumer);
        shard.Changes++;
        return true;
    }

    public static IReadOnlyList<StreamName> Collect(Shard shard, StreamName name, StreamName groupName, TimeSpan minIdle)
    {
        var (group, now) = (Get(shard, name, groupName), shard.Store.Now);
        var abandoned = group.Consumers.Where(consumer => consumer.IsLeft || (consumer.HoldAt(now) is null && now - consumer.SeenAt >= Milliseconds(minIdle)));
        List<ConsumerState> left = [.. abandoned.Where(static consumer => consumer.Pending == 0)];
        left.ForEach(group.RemoveConsumer);
        shard.Changes += left.Count;
        return [.. left.Select(static consumer => consumer.Name)];
    }

    // The time is looked at only where another has, or had, the name.
    public static bool IsHeldByAnother(Shard shard, ConsumerState? consumer, StreamName holder) =>
        !holder.IsEmpty && consumer?.Hold is { } hold && hold.Holder != holder && consumer.HoldAt(shard.Store.Now) is not null;

    /// <summary>The bytes that it brings to memory to hold a name: none, where its holder holds on to it.</summary>
    public static long Growth(ConsumerState? consumer, HoldRequest request) =>
        consumer is null ? ExpectedChange.Of(request).Bytes : request.Holder.Bytes.Length - (consumer.Hold?.Holder.Bytes.Length ?? 0);

    private static GroupState Get(Shard shard, StreamName name, StreamName groupName) =>
        shard.TryGet(name, groupName, out _, out var group) ? group : throw Errors.NoGroup(name, groupName);

    private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
