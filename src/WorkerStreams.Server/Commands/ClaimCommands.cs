using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XCLAIM and XAUTOCLAIM.</summary>
internal static class ClaimCommands
{
    private const int FirstId = 5;

    // In Redis a count must leave room for its array of ids; more than this the engine doesn't take, and no reply could hold.
    private const long MostClaimed = long.MaxValue / 16;

    public static IReadOnlyList<Command> All { get; } =
    [
        new("xclaim", -6, "Makes pending entries a consumer's own.", ClaimAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
        new("xautoclaim", -6, "Makes pending entries that are idle long enough a consumer's own.", AutoClaimAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
    ];

    private static async ValueTask ClaimAsync(Session session, Request request)
    {
        var claim = await ParseAsync(session, request);
        using var batch = await session.Engine.ClaimAsync(claim);
        if (claim.JustIds)
            await session.IdsAsync(batch);
        else
            await session.EntriesAsync(batch);
    }

    /// <summary>The words of XCLAIM.</summary>
    /// <exception cref="CommandException">They are no good.</exception>
    /// <exception cref="StreamEngineException">So it is, and there is no such group.</exception>
    public static async ValueTask<ClaimRequest> ParseAsync(Session session, Request request)
    {
        var (key, group) = (session.Key(request[1]), session.Name(request[2]));
        try
        {
            return Parse(session, request);
        }
        catch (CommandException)
        {
            // Redis looks for the group first.
            if (await session.HasGroupAsync(key, group))
                throw;
            throw new StreamEngineException(StreamErrorCode.NoGroup, $"NOGROUP No such key '{key}' or consumer group '{group}'");
        }
    }

    private static async ValueTask AutoClaimAsync(Session session, Request request)
    {
        var claim = ParseAuto(session, request);
        using var result = await session.Engine.AutoClaimAsync(claim);
        await AnswerAsync(session, claim, result);
    }

    /// <summary>The reply of XAUTOCLAIM.</summary>
    public static async ValueTask AnswerAsync(Session session, AutoClaimRequest claim, AutoClaimResult result)
    {
        var reply = session.Reply;
        reply.Array(3);
        reply.Id(result.NextStart);
        if (claim.JustIds)
            await session.IdsAsync(result.Entries);
        else
            await session.EntriesAsync(result.Entries);
        reply.Array(result.DeletedIds.Count);
        foreach (var id in result.DeletedIds)
        {
            reply.Id(id);
            await session.SendIfMuchAsync();
        }
    }

    private static ClaimRequest Parse(Session session, Request request)
    {
        var minIdle = request.Number(4, "Invalid min-idle-time argument for XCLAIM");
        var end = FirstId;
        while (end < request.Count && Words.TryParseId(request[end], 0, out _))
            end++;
        var ids = session.Ids(end - FirstId);
        request.TryParseIds(FirstId, ids.Span);
        var options = ClaimOptions.Parse(request, end, session.Now);
        return new()
        {
            Stream = session.Key(request[1]),
            Group = session.Name(request[2]),
            Consumer = session.Name(request[3]),
            Ids = ids,
            MinIdle = Words.Milliseconds(minIdle),
            DeliveredAt = options.DeliveredAt,
            DeliveryCount = options.DeliveryCount,
            Force = options.Force,
            JustIds = options.JustIds,
            LastId = options.LastId,
        };
    }

    /// <summary>The words of XAUTOCLAIM.</summary>
    /// <exception cref="CommandException">They are no good.</exception>
    public static AutoClaimRequest ParseAuto(Session session, Request request)
    {
        var minIdle = request.Number(4, "Invalid min-idle-time argument for XAUTOCLAIM");
        var (start, count, justIds) = (request.Start(5), 100L, false);
        for (var i = 6; i < request.Count; i++)
        {
            if (i + 1 < request.Count && request.Is(i, "COUNT"u8))
            {
                count = request.Number(++i, "COUNT must be > 0");
                if (count is < 1 or > MostClaimed)
                    throw new CommandException("ERR COUNT must be > 0");
            }
            else
            {
                justIds = request.Is(i, "JUSTID"u8) ? true : throw CommandException.Syntax();
            }
        }
        return new()
        {
            Stream = session.Key(request[1]),
            Group = session.Name(request[2]),
            Consumer = session.Name(request[3]),
            MinIdle = Words.Milliseconds(minIdle),
            Start = start,
            Count = (int)Math.Min(count, int.MaxValue),
            JustIds = justIds,
        };
    }
}
