using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XINFO.</summary>
internal static class InfoCommands
{
    public static StreamInfo Stream(Shard shard, StreamName name)
    {
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        return new()
        {
            Length = stream.Log.Count,
            Nodes = stream.Log.NodeCount,
            LastGeneratedId = stream.LastId,
            MaxDeletedEntryId = stream.MaxDeletedId,
            EntriesAdded = stream.EntriesAdded,
            RecordedFirstEntryId = stream.Log.FirstId,
            Idempotency = IdempotencyCommands.Describe(stream, shard.Store.Now),
            Groups = stream.Groups.Count,
            FirstEntry = Copy(stream.Log, stream.Log.FirstId),
            LastEntry = Copy(stream.Log, stream.Log.LastId),
        };
    }

    public static IReadOnlyList<GroupInfo> Groups(Shard shard, StreamName name)
    {
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        return [
            .. stream.Groups.OrderBy(group => group.Name)
                .Select(group => new GroupInfo(group.Name, group.Consumers.Count, group.Pending.Count, group.LastId, group.EntriesRead, stream.Lag(group)) { Unowned = group.Unowned })];
    }

    public static IReadOnlyList<ConsumerInfo> Consumers(Shard shard, StreamName name, StreamName groupName)
    {
        if (!shard.TryGet(name, out var stream))
            throw Errors.NoSuchKey();
        if (!stream.TryGetGroup(groupName, out var group))
            throw Errors.NoGroupOfStream(name, groupName);
        var now = shard.Store.Now;
        return [.. group.Consumers.OrderBy(consumer => consumer.Name).Select(consumer => Describe(consumer, now))];
    }

    private static ConsumerInfo Describe(ConsumerState consumer, long now) =>
        new(consumer.Name, consumer.Pending, Since(consumer.SeenAt, now), consumer.ActiveAt == ConsumerState.Never ? null : Since(consumer.ActiveAt, now));

    private static TimeSpan Since(long time, long now) => TimeSpan.FromMilliseconds(Math.Max(now - time, 0));

    private static StreamEntry? Copy(EntryLog log, StreamEntryId id) =>
        log.TryFind(id, out var chunk, out var index) ? new(id, chunk.FieldsAt(index).ToOwned()) : null;
}
