using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XRANGE and XREVRANGE.</summary>
internal static class RangeCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("xrange", -4, "Lists entries of a stream.", static (session, request) => RangeAsync(session, request, reverse: false)) { FirstKey = 1, LastKey = 1 },
        new("xrevrange", -4, "Lists entries of a stream, the newest first.", static (session, request) => RangeAsync(session, request, reverse: true)) { FirstKey = 1, LastKey = 1 },
    ];

    private static async ValueTask RangeAsync(Session session, Request request, bool reverse)
    {
        var start = request.Start(reverse ? 3 : 2);
        var end = request.End(reverse ? 2 : 3);
        var count = default(long?);
        for (var i = 4; i < request.Count; i += 2)
        {
            if (!request.Is(i, "COUNT"u8) || i + 1 == request.Count)
                throw CommandException.Syntax();
            count = request.Number(i + 1);
        }
        var key = session.Key(request[1]);
        if (count <= 0)
        {
            if (await session.Engine.ExistsAsync(key))
                session.Reply.NullArray();
            else
                session.Reply.Array(0);
            return;
        }
        using var batch = await session.Engine.RangeAsync(key, start, end, count is { } most ? Words.Limit(most) : null, reverse);
        await session.EntriesAsync(batch);
    }
}
