using WorkerStreams.Engine;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The reply of XINFO STREAM FULL.</summary>
internal static class FullInfo
{
    public const int DefaultCount = 10;

    public static async ValueTask AnswerAsync(Session session, FullStreamInfo info)
    {
        var reply = session.Reply;
        reply.Map(15);
        InfoCommands.Figures(reply, info.Stream);
        reply.Bulk("entries"u8);
        await session.EntriesAsync(info.Entries);
        reply.Bulk("groups"u8);
        reply.Array(info.Groups.Count);
        foreach (var group in info.Groups)
        {
            await AnswerAsync(session, group);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask AnswerAsync(Session session, FullGroupInfo group)
    {
        var reply = session.Reply;
        reply.Map(8);
        reply.Bulk("name"u8);
        reply.Bulk(group.Group.Name.Bytes);
        InfoCommands.Progress(reply, group.Group);
        reply.Bulk("pel-count"u8);
        reply.Number(group.Group.Pending);
        reply.Bulk("nacked-count"u8);
        reply.Number(group.Group.Unowned);
        reply.Bulk("pending"u8);
        reply.Array(group.Pending.Count);
        foreach (var entry in group.Pending)
        {
            reply.Array(4);
            reply.Id(entry.Id);
            reply.Bulk(entry.Consumer.Bytes);
            reply.Number(entry.DeliveredAt);
            reply.Number(entry.DeliveryCount);
            await session.SendIfMuchAsync();
        }
        reply.Bulk("consumers"u8);
        reply.Array(group.Consumers.Count);
        foreach (var consumer in group.Consumers)
        {
            await AnswerAsync(session, consumer);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask AnswerAsync(Session session, FullConsumerInfo consumer)
    {
        var reply = session.Reply;
        reply.Map(5);
        reply.Bulk("name"u8);
        reply.Bulk(consumer.Name.Bytes);
        reply.Bulk("seen-time"u8);
        reply.Number(consumer.SeenAt);
        reply.Bulk("active-time"u8);
        reply.Number(consumer.ActiveAt ?? -1);
        reply.Bulk("pel-count"u8);
        reply.Number(consumer.PendingCount);
        reply.Bulk("pending"u8);
        reply.Array(consumer.Pending.Count);
        foreach (var entry in consumer.Pending)
        {
            reply.Array(3);
            reply.Id(entry.Id);
            reply.Number(entry.DeliveredAt);
            reply.Number(entry.DeliveryCount);
            await session.SendIfMuchAsync();
        }
    }
}
