using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XINFO STREAM FULL. It asks the engine several times, so what is changed meanwhile may show in one part and not in another.</summary>
internal static class FullInfo
{
    public const int DefaultCount = 10;

    /// <param name="session">Who asks.</param>
    /// <param name="key">The stream.</param>
    /// <param name="info">Its figures.</param>
    /// <param name="count">The most entries to list, and the most pending ones of each group and consumer; null is no limit.</param>
    public static async ValueTask AnswerAsync(Session session, StreamName key, StreamInfo info, int? count)
    {
        using var entries = await session.Engine.RangeAsync(key, RangeBound.Min, RangeBound.Max, count);
        List<FullGroup> groups = [];
        foreach (var group in await session.Engine.GetGroupsAsync(key))
            groups.Add(await ReadAsync(session, key, group, count));
        var reply = session.Reply;
        reply.Map(9);
        InfoCommands.Figures(reply, info);
        reply.Bulk("entries"u8);
        reply.Entries(entries.Entries);
        reply.Bulk("groups"u8);
        reply.Array(groups.Count);
        foreach (var group in groups)
            Answer(reply, group);
    }

    private static async ValueTask<FullGroup> ReadAsync(Session session, StreamName key, GroupInfo group, int? count)
    {
        var pending = await PendingAsync(null);
        List<FullConsumer> consumers = [];
        foreach (var consumer in await session.Engine.GetConsumersAsync(key, group.Name))
            consumers.Add(new(consumer, consumer.Pending == 0 ? [] : await PendingAsync(consumer.Name)));
        return new(group, pending, consumers, session.Now);

        ValueTask<IReadOnlyList<PendingEntry>> PendingAsync(StreamName? consumer) =>
            session.Engine.GetPendingAsync(new() { Stream = key, Group = group.Name, Consumer = consumer, Count = count ?? int.MaxValue });
    }

    private static void Answer(ReplyWriter reply, FullGroup group)
    {
        reply.Map(7);
        reply.Bulk("name"u8);
        reply.Bulk(group.Info.Name.Bytes);
        InfoCommands.Progress(reply, group.Info);
        reply.Bulk("pel-count"u8);
        reply.Number(group.Info.Pending);
        reply.Bulk("pending"u8);
        reply.Array(group.Pending.Count);
        foreach (var entry in group.Pending)
        {
            reply.Array(4);
            reply.Id(entry.Id);
            reply.Bulk(entry.Consumer.Bytes);
            reply.Number(group.Before(entry.Idle));
            reply.Number(entry.DeliveryCount);
        }
        reply.Bulk("consumers"u8);
        reply.Array(group.Consumers.Count);
        foreach (var consumer in group.Consumers)
            Answer(reply, group, consumer);
    }

    private static void Answer(ReplyWriter reply, FullGroup group, FullConsumer consumer)
    {
        reply.Map(5);
        reply.Bulk("name"u8);
        reply.Bulk(consumer.Info.Name.Bytes);
        reply.Bulk("seen-time"u8);
        reply.Number(group.Before(consumer.Info.Idle));
        reply.Bulk("active-time"u8);
        reply.Number(consumer.Info.Inactive is { } inactive ? group.Before(inactive) : -1);
        reply.Bulk("pel-count"u8);
        reply.Number(consumer.Info.Pending);
        reply.Bulk("pending"u8);
        reply.Array(consumer.Pending.Count);
        foreach (var entry in consumer.Pending)
        {
            reply.Array(3);
            reply.Id(entry.Id);
            reply.Number(group.Before(entry.Idle));
            reply.Number(entry.DeliveryCount);
        }
    }

    private sealed record FullConsumer(ConsumerInfo Info, IReadOnlyList<PendingEntry> Pending);

    private sealed record FullGroup(GroupInfo Info, IReadOnlyList<PendingEntry> Pending, IReadOnlyList<FullConsumer> Consumers, long Now)
    {
        public long Before(TimeSpan idle) => Now - (long)idle.TotalMilliseconds;
    }
}
