using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XGROUP and XACK.</summary>
internal static class GroupCommands
{
    public static void Create(Shard shard, StreamName name, StreamName group, GroupPosition position, bool createStream, long? entriesRead)
    {
        var read = CheckEntriesRead(entriesRead);
        if (!shard.TryGet(name, out var stream) && !createStream)
            throw Errors.GroupNeedsStream();
        if (stream is not null && stream.TryGetGroup(group, out _))
            throw Errors.GroupExists();
        if (shard.Store.CheckMemory(shard, ExpectedChange.Of(name, group).Bytes) is { } refusal)
            throw refusal;
        stream ??= shard.Create(name);
        stream.AddGroup(group, shard.Store.NextNumber(), position.Id ?? stream.LastId, AtMost(read, stream.EntriesAdded));
        shard.Changes++;
    }

    public static void SetId(Shard shard, StreamName name, StreamName groupName, GroupPosition position, long? entriesRead)
    {
        var read = CheckEntriesRead(entriesRead);
        var (stream, group) = Get(shard, name, groupName);
        group.SetPosition(position.Id ?? stream.LastId, AtMost(read, stream.EntriesAdded));
        shard.Changes++;
    }

    public static bool Destroy(Shard shard, StreamName name, StreamName groupName)
    {
        if (!shard.TryGet(name, out var stream))
            throw Errors.GroupNeedsStream();
        if (!stream.TryGetGroup(groupName, out var group))
            return false;
        stream.RemoveGroup(group);
        shard.Changes++;
        shard.FailWaiters(name, groupName);
        return true;
    }

    public static bool CreateConsumer(Shard shard, StreamName name, StreamName groupName, StreamName consumer)
    {
        var (_, group) = Get(shard, name, groupName);
        if (group.TryGetConsumer(consumer, out _))
            return false;
        if (shard.Store.CheckMemory(shard, ExpectedChange.Of(consumer).Bytes) is { } refusal)
            throw refusal;
        shard.See(group, consumer, shard.Store.Now);
        return true;
    }

    public static long DeleteConsumer(Shard shard, StreamName name, StreamName groupName, StreamName consumerName)
    {
        var (_, group) = Get(shard, name, groupName);
        if (!group.TryGetConsumer(consumerName, out var consumer))
            return 0;
        var pending = consumer.Pending;
        group.RemoveConsumer(consumer);
        shard.Changes++;
        return pending;
    }

    public static long Acknowledge(Shard shard, StreamName name, StreamName groupName, ReadOnlySpan<StreamEntryId> ids)
    {
        var acknowledged = shard.TryGet(name, groupName, out _, out var group) ? group.Acknowledge(ids) : 0;
        shard.Changes += acknowledged;
        return acknowledged;
    }

    private static (StreamState Stream, GroupState Group) Get(Shard shard, StreamName name, StreamName groupName)
    {
        if (!shard.TryGet(name, out var stream))
            throw Errors.GroupNeedsStream();
        return stream.TryGetGroup(groupName, out var group) ? (stream, group) : throw Errors.NoGroupOfStream(name, groupName);
    }

    private static long? AtMost(long? read, long added) => read > added ? added : read;

    private static long? CheckEntriesRead(long? entriesRead) => entriesRead switch
    {
        -1 => null,
        < 0 => throw StreamEngineException.InvalidArgument("value for ENTRIESREAD must be positive or -1"),
        _ => entriesRead,
    };
}
