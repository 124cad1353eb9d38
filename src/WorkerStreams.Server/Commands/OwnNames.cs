using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>WS.HOLD, WS.LEAVE and WS.COLLECT. The second key is where a server of Redis has the names' holders; the engine has them with the group.</summary>
internal static class OwnNames
{
    public static IReadOnlyList<Command> All { get; } =
    [
        OwnCommands.Of("ws.hold", "Holds a consumer's name for some time.", HoldAsync, leastArguments: 6, leastKeys: 2, mostKeys: 2),
        OwnCommands.Of("ws.leave", "Gives a consumer's name up.", LeaveAsync, leastArguments: 3, leastKeys: 2, mostKeys: 2),
        OwnCommands.Of("ws.collect", "Deletes consumers that nobody holds and that have nothing.", CollectAsync, leastArguments: 2, leastKeys: 2, mostKeys: 2),
    ];

    private static async ValueTask HoldAsync(Session session, OwnWords words)
    {
        var hold = await session.Engine.HoldConsumerAsync(new()
        {
            Stream = words.Stream(0),
            Group = words.Name(0),
            Consumer = words.Name(1),
            Holder = words.Name(2),
            Duration = words.Milliseconds(3),
            Lease = words.Milliseconds(4),
            Instead = words.Name(5),
        });
        var reply = session.Reply;
        reply.Array(3);
        reply.Bulk(hold.Holder.Bytes);
        reply.Number((long)hold.Left.TotalMilliseconds);
        reply.Array(hold.OtherLeases.Count);
        foreach (var lease in hold.OtherLeases)
        {
            reply.Number((long)lease.TotalMilliseconds);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask LeaveAsync(Session session, OwnWords words) =>
        session.Reply.Number(await session.Engine.LeaveConsumerAsync(words.Stream(0), words.Name(0), words.Name(1), words.Name(2)) ? 1 : 0);

    private static async ValueTask CollectAsync(Session session, OwnWords words)
    {
        var collected = await session.Engine.CollectConsumersAsync(words.Stream(0), words.Name(0), words.Milliseconds(1));
        session.Reply.Array(collected.Count);
        foreach (var name in collected)
        {
            session.Reply.Bulk(name.Bytes);
            await session.SendIfMuchAsync();
        }
    }
}
