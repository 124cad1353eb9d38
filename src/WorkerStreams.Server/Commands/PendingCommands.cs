using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XPENDING.</summary>
internal static class PendingCommands
{
    private const int SummaryWords = 3, LeastListWords = 6, LeastIdleWords = 8, MostWords = 9;

    public static IReadOnlyList<Command> All { get; } =
        [new("xpending", -3, "Tells which entries of a group are pending.", PendingAsync) { FirstKey = 1, LastKey = 1 }];

    private static ValueTask PendingAsync(Session session, Request request) =>
        request.Count == SummaryWords ? SummarizeAsync(session, request) : ListAsync(session, request);

    private static async ValueTask SummarizeAsync(Session session, Request request)
    {
        var summary = await session.Engine.GetPendingSummaryAsync(session.Key(request[1]), session.Name(request[2]));
        var reply = session.Reply;
        reply.Array(4);
        reply.Number(summary.Count);
        if (summary is not { MinId: { } min, MaxId: { } max })
        {
            reply.Null();
            reply.Null();
            reply.NullArray();
            return;
        }
        reply.Id(min);
        reply.Id(max);
        reply.Array(summary.Consumers.Count);
        foreach (var (consumer, count) in summary.Consumers)
        {
            reply.Array(2);
            reply.Bulk(consumer.Bytes);
            reply.BulkNumber(count);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask ListAsync(Session session, Request request)
    {
        var pending = await session.Engine.GetPendingAsync(ParseList(session, request));
        var reply = session.Reply;
        reply.Array(pending.Count);
        foreach (var entry in pending)
        {
            reply.Array(4);
            reply.Id(entry.Id);
            reply.Bulk(entry.Consumer.Bytes);
            reply.Number((long)entry.Idle.TotalMilliseconds);
            reply.Number(entry.DeliveryCount);
            await session.SendIfMuchAsync();
        }
    }

    private static PendingRequest ParseList(Session session, Request request)
    {
        if (request.Count is < LeastListWords or > MostWords)
            throw CommandException.Syntax();
        var (first, minIdle) = (SummaryWords, 0L);
        if (request.Is(first, "IDLE"u8))
        {
            minIdle = request.Number(first + 1);
            if (request.Count < LeastIdleWords)
                throw CommandException.Syntax();
            first += 2;
        }
        var count = request.Number(first + 2);
        return new()
        {
            Start = request.Start(first),
            End = request.End(first + 1),
            // Only once that is right is the key looked for.
            Stream = session.Key(request[1]),
            Group = session.Name(request[2]),
            Count = Words.Limit(count) ?? int.MaxValue,
            Consumer = first + 3 < request.Count ? session.Name(request[first + 3]) : default(StreamName?),
            MinIdle = Words.Milliseconds(minIdle),
        };
    }
}
