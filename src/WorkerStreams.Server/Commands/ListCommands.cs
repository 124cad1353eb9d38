using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on lists.</summary>
internal static class ListCommands
{
    // In milliseconds; whoever waits for longer waits without end.
    private const double LongestWait = 4_000_000_000;

    // As of the engine's streams.
    private const int MostWaitedFor = 10_000;

    public static IReadOnlyList<Command> All { get; } =
    [
        new("lpush", -3, "Puts items before a list.", static (session, request) => Push(session, request, first: true)) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("rpush", -3, "Puts items behind a list.", static (session, request) => Push(session, request, first: false)) { Writes = true, IsAlone = true, BringsValues = true, FirstKey = 1, LastKey = 1 },
        new("lpop", -2, "Takes items from the beginning of a list.", static (session, request) => Pop(session, request, first: true)) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
        new("rpop", -2, "Takes items from the end of a list.", static (session, request) => Pop(session, request, first: false)) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
        new("llen", 2, "Counts the items of a list.", Length) { FirstKey = 1, LastKey = 1 },
        new("lrange", 4, "Lists items of a list.", Range) { FirstKey = 1, LastKey = 1 },
        new("blpop", -3, "Takes the first item of the first list that has one, or waits for one.", static (session, request) => WaitAndPopAsync(session, request, first: true)) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = -2 },
        new("brpop", -3, "Takes the last item of the first list that has one, or waits for one.", static (session, request) => WaitAndPopAsync(session, request, first: false)) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = -2 },
    ];

    private static ValueTask Push(Session session, Request request, bool first)
    {
        var items = Enumerable.Range(2, request.Count - 2).Select(index => request[index].ToArray()).ToList();
        session.Reply.Number(session.Keys.Change<ListValue, int>(session.AnyKey(request[1]), list =>
        {
            items.ForEach(item => list.Push(item, first));
            return list.Items.Count;
        }));
        return default;
    }

    private static ValueTask Pop(Session session, Request request, bool first)
    {
        if (request.Count > 3)
            throw CommandException.Arity(first ? "lpop" : "rpop");
        var count = request.Count == 3 ? request.Number(2, "value is out of range, must be positive") : default(long?);
        if (count < 0)
            throw new CommandException("ERR value is out of range, must be positive");
        var key = session.AnyKey(request[1]);
        if (session.Keys.Get<ListValue>(key) is not { } list)
        {
            if (count is null)
                session.Reply.Null();
            else
                session.Reply.NullArray();
            return default;
        }
        var left = (int)Math.Min(count ?? 1, list.Items.Count);
        if (count is not null)
            session.Reply.Array(left);
        for (; left > 0; left--)
            session.Reply.Bulk(session.Keys.Change<ListValue, byte[]>(key, list => list.Pop(first)));
        return default;
    }

    private static ValueTask Length(Session session, Request request)
    {
        session.Reply.Number(session.Keys.Get<ListValue>(session.AnyKey(request[1]))?.Items.Count ?? 0);
        return default;
    }

    private static ValueTask Range(Session session, Request request)
    {
        var (start, end) = (request.Number(2), request.Number(3));
        var items = session.Keys.Get<ListValue>(session.AnyKey(request[1]))?.Items ?? [];
        // From the end where they are negative.
        start = Math.Max(start < 0 ? start + items.Count : start, 0);
        end = Math.Min(end < 0 ? end + items.Count : end, items.Count - 1);
        var count = start > end ? 0 : (int)(end - start + 1);
        session.Reply.Array(count);
        foreach (var item in items.Skip((int)Math.Min(start, items.Count)).Take(count))
            session.Reply.Bulk(item);
        return default;
    }

    private static async ValueTask WaitAndPopAsync(Session session, Request request, bool first)
    {
        var timeout = Timeout(session, request);
        if (!session.IsExecuting && request.Count - 2 > MostWaitedFor)
            throw new CommandException($"ERR a read that waits is of {request.Count - 2} lists; at most {MostWaitedFor} are allowed");
        var keys = Enumerable.Range(1, request.Count - 2).Select(index => session.AnyKey(request[index])).ToList();
        foreach (var key in keys)
        {
            if (session.Keys.Get<ListValue>(key) is null)
                continue;
            Answer(session, key, session.Keys.Change<ListValue, byte[]>(key, list => list.Pop(first)));
            return;
        }
        if (session.IsExecuting || await WaitAsync(session, new(keys, first), timeout) is not { } served)
            session.Reply.NullArray();
        else
            Answer(session, served.Key, served.Item);
    }

    private static async ValueTask<(StreamName Key, byte[] Item)?> WaitAsync(Session session, ListWait wait, TimeSpan timeout)
    {
        session.Keys.Waits.Add(wait);
        var served = default((StreamName, byte[])?);
        await using var broken = session.BeginWait().UnsafeRegister(static (wait, by) => ((ListWait)wait!).Break(by), wait);
        try
        {
            served = await session.WaitAsync(ServedAsync(wait.Served.WaitAsync(timeout, session.Server.Time)), new(wait.Keys), null);
        }
        catch (TimeoutException)
        {
            // It goes on below.
        }
        finally
        {
            await session.EnterAsync(alone: true);
            session.Keys.Waits.Remove(wait);
            session.Leave();
        }
        // It may have been served just then.
        return served ?? (wait.Served.IsCompletedSuccessfully ? await wait.Served : null);

        static async ValueTask<(StreamName, byte[])?> ServedAsync(Task<(StreamName, byte[])> served) => await served;
    }

    private static TimeSpan Timeout(Session session, Request request)
    {
        if (!Float.TryParse(request[request.Count - 1], out var seconds))
            throw new CommandException("ERR timeout is not a float or out of range");
        var milliseconds = Math.Ceiling(seconds * 1000);
        return milliseconds > long.MaxValue - session.Now ? throw new CommandException("ERR timeout is out of range")
            : milliseconds < 0 ? throw new CommandException("ERR timeout is negative")
            : milliseconds is 0 or > LongestWait ? System.Threading.Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(milliseconds);
    }

    private static void Answer(Session session, StreamName key, byte[] item)
    {
        session.Reply.Array(2);
        session.Reply.Bulk(Database.KeyOf(key));
        session.Reply.Bulk(item);
    }
}
