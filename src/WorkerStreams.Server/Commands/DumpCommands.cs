using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>DUMP and RESTORE of streams.</summary>
internal static class DumpCommands
{
    private const int MostFrequency = 255;

    // In bytes; many clients may have so much made for them at once.
    private const int SmallDump = 1024 * 1024;

    public static IReadOnlyList<Command> All { get; } =
    [
        new("dump", 2, "Tells all of a stream as bytes.", DumpAsync) { FirstKey = 1, LastKey = 1 },
        new("restore", -4, "Makes a stream of such bytes.", RestoreAsync) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
    ];

    private static async ValueTask DumpAsync(Session session, Request request)
    {
        var key = session.AnyKey(request[1]);
        try
        {
            await DumpAsync(session, key, Math.Min(SmallDump, session.Reply.RoomForBulk));
        }
        catch (StreamEngineException large) when (large.Code == StreamErrorCode.EntryTooLarge && session.Reply.RoomForBulk > SmallDump)
        {
            // Within EXEC nobody else is let in to make one.
            if (session.IsExecuting)
            {
                await DumpAsync(session, key, session.Reply.RoomForBulk);
                return;
            }
            // Who waits for his turn is not to keep others out.
            session.Leave();
            await session.Server.LargeDump.WaitAsync();
            try
            {
                await session.EnterAsync(alone: false);
                await DumpAsync(session, key, session.Reply.RoomForBulk);
            }
            finally
            {
                session.Server.LargeDump.Release();
            }
        }
    }

    private static async ValueTask DumpAsync(Session session, StreamName key, long maxBytes)
    {
        if (session.Keys.Find(key) is { } value)
            throw new CommandException($"ERR DUMP is for streams, and the key holds a {value.Type}");
        if (await session.Engine.DumpAsync(key, maxBytes) is { } dump)
            session.Reply.Bulk(dump);
        else
            session.Reply.Null();
    }

    private static async ValueTask RestoreAsync(Session session, Request request)
    {
        var (replaces, isTime) = ParseOptions(request);
        var key = session.AnyKey(request[1]);
        if (!replaces && session.Keys.Exists(key))
            throw new CommandException("BUSYKEY Target key name already exists.");
        var expiry = request.Number(2);
        if (expiry < 0)
            throw new CommandException("ERR Invalid TTL value, must be >= 0");
        var at = expiry == 0 ? default(long?) : ExpiryCommands.Time(session, expiry, 1, !isTime, "restore");
        await session.Keys.RestoreAsync(key, request[3].ToArray());
        if (at <= session.Now)
            await session.Keys.RemoveAsync(key);
        else if (at is { } later)
            session.Keys.SetExpiry(key, later);
        session.Reply.Ok();
    }

    private static (bool Replaces, bool IsTime) ParseOptions(Request request)
    {
        var (replaces, isTime) = (false, false);
        for (var i = 4; i < request.Count; i++)
        {
            if (request.Is(i, "REPLACE"u8))
                replaces = true;
            else if (request.Is(i, "ABSTTL"u8))
                isTime = true;
            else if (request.Is(i, "IDLETIME"u8) && i + 1 < request.Count)
                Check(request.Number(++i) >= 0, "IDLETIME value, must be >= 0");
            else if (request.Is(i, "FREQ"u8) && i + 1 < request.Count)
                Check(request.Number(++i) is >= 0 and <= MostFrequency, "FREQ value, must be >= 0 and <= 255");
            else
                throw CommandException.Syntax();
        }
        return (replaces, isTime);
    }

    private static void Check(bool isGood, string what)
    {
        if (!isGood)
            throw new CommandException($"ERR Invalid {what}");
    }
}
