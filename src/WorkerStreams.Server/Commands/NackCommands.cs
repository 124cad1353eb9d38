using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XNACK.</summary>
internal static class NackCommands
{
    private const int Mode = 3, Ids = 4, FirstId = 6;

    public static IReadOnlyList<Command> All { get; } =
        [new("xnack", -7, "Hands pending entries back, for any consumer to claim.", NackAsync) { Writes = true, FirstKey = 1, LastKey = 1 }];

    private static async ValueTask NackAsync(Session session, Request request)
    {
        var (mode, count) = (ParseMode(request), ParseCount(request));
        var (deliveryCount, force) = ParseOptions(request, FirstId + count);
        var (key, group) = (session.Key(request[1]), session.Name(request[2]));
        var ids = session.Ids(count);
        if (!request.TryParseIds(FirstId, ids.Span) && await session.HasGroupAsync(key, group))
            throw CommandException.InvalidId();
        session.Reply.Number(await session.Engine.NackAsync(new()
        {
            Stream = key,
            Group = group,
            Ids = ids,
            Mode = mode,
            DeliveryCount = deliveryCount,
            Force = force,
        }));
    }

    private static NackMode ParseMode(Request request) =>
        request.Is(Mode, "SILENT"u8) ? NackMode.Silent
        : request.Is(Mode, "FAIL"u8) ? NackMode.Fail
        : request.Is(Mode, "FATAL"u8) ? NackMode.Fatal
        : throw new CommandException("ERR mode must be SILENT, FAIL, or FATAL");

    private static int ParseCount(Request request)
    {
        if (!request.Is(Ids, "IDS"u8))
            throw new CommandException("ERR syntax error, expected IDS keyword");
        var count = request.Number(Ids + 1, "numids must be a positive integer");
        return count < 1 ? throw new CommandException("ERR numids must be a positive integer")
            : count > request.Count - FirstId ? throw new CommandException("ERR number of IDs doesn't match numids")
            : (int)count;
    }

    private static (long? DeliveryCount, bool Force) ParseOptions(Request request, int first)
    {
        var (deliveryCount, force) = (default(long?), false);
        for (var i = first; i < request.Count; i++)
        {
            if (request.Is(i, "FORCE"u8))
                force = true;
            else if (i + 1 == request.Count || !request.Is(i, "RETRYCOUNT"u8))
                throw new CommandException($"ERR Unrecognized XNACK option '{CommandException.RepeatOption(request[i])}'");
            else if ((deliveryCount = request.Number(++i, "Invalid RETRYCOUNT value, must be >= 0")) < 0)
                throw new CommandException("ERR Invalid RETRYCOUNT value, must be >= 0");
        }
        return (deliveryCount, force);
    }
}
