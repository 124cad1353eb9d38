using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XADD, XTRIM, XDEL, XLEN, XCFGSET, XIDMPRECORD and XSETID.</summary>
internal static class EntryCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("xadd", -5, "Appends an entry to a stream.", AddAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
        new("xtrim", -4, "Removes the oldest entries of a stream.", TrimAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
        new("xdel", -3, "Deletes entries of a stream.", DeleteAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
        new("xlen", 2, "Counts the entries of a stream.", LengthAsync) { FirstKey = 1, LastKey = 1 },
        new("xcfgset", -2, "Sets how much a stream remembers of appends that are to be done once.", ConfigureAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
        new("xidmprecord", 5, "Has a stream remember an append that was done as one that is to be done once.", RecordAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
        new("xsetid", -3, "Sets the last id of a stream.", SetIdAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
    ];

    private static async ValueTask AddAsync(Session session, Request request)
    {
        var options = TrimOptions.Parse(request, isAppend: true);
        var fields = request.Count - options.Next;
        if (fields < 2 || fields % 2 != 0)
            throw CommandException.Arity("xadd");
        // Before the key is looked for.
        if (options.Id is { Kind: NewEntryIdKind.Explicit, Id: var asked } && asked == default)
            throw new CommandException("ERR The ID specified in XADD must be greater than 0-0");
        var writer = session.Fields;
        for (var i = options.Next; i < request.Count; i += 2)
            writer.Add(request[i], request[i + 1]);
        var append = options.CreateStream && options.Trim is null ? AppendOptions.Default : new() { CreateStream = options.CreateStream, Trim = options.Trim };
        StreamEntryId? id;
        try
        {
            var (key, entry) = (session.Key(request[1]), new AppendEntry(writer.Written, options.Id));
            id = options.Key is { } once ? await session.Engine.AppendOnceAsync(key, entry, once, append) : await AppendAsync(session, key, entry, append);
        }
        finally
        {
            writer.Reset();
        }
        if (id is { } given)
            session.Reply.Id(given);
        else
            session.Reply.Null();
    }

    // As many at once, for so an id's time does not lag behind the clock in memory either: no client finds its entry before the time at which it asked for it.
    private static async ValueTask<StreamEntryId?> AppendAsync(Session session, StreamName key, AppendEntry entry, AppendOptions options)
    {
        var (entries, results) = session.OneAppend;
        entries[0] = entry;
        await session.Engine.AppendAsync(key, entries, results, options);
        var (status, id, refusal) = results[0];
        return refusal is not null ? throw refusal : status == AppendStatus.Stored ? id : null;
    }

    private static async ValueTask TrimAsync(Session session, Request request)
    {
        var trim = TrimOptions.Parse(request, isAppend: false).Trim!;
        session.Reply.Number(await session.Engine.TrimAsync(session.Key(request[1]), trim));
    }

    private static async ValueTask DeleteAsync(Session session, Request request)
    {
        var key = session.Key(request[1]);
        var ids = session.Ids(request.Count - 2);
        if (request.TryParseIds(2, ids.Span))
            session.Reply.Number(await session.Engine.DeleteAsync(key, ids));
        else
            session.Reply.Number(await session.Engine.ExistsAsync(key) ? throw CommandException.InvalidId() : 0);
    }

    private static async ValueTask LengthAsync(Session session, Request request) =>
        session.Reply.Number(await session.Engine.GetLengthAsync(session.Key(request[1])));

    private static async ValueTask ConfigureAsync(Session session, Request request)
    {
        var key = session.Key(request[1]);
        try
        {
            var (duration, maxIds) = Idempotency.ParseSettings(request);
            await session.Engine.SetIdempotencyAsync(key, duration, maxIds);
        }
        catch (CommandException)
        {
            // Redis looks for the key first.
            if (!await session.Engine.ExistsAsync(key))
                throw CommandException.NoSuchKey();
            throw;
        }
        session.Reply.Ok();
    }

    private static async ValueTask RecordAsync(Session session, Request request)
    {
        var (id, known) = (request.Id(4), Idempotency.ParseRecord(request));
        await session.Engine.RecordIdempotencyAsync(session.Key(request[1]), known, id);
        session.Reply.Ok();
    }

    private static async ValueTask SetIdAsync(Session session, Request request)
    {
        var (lastId, added, maxDeleted) = (request.Id(2), default(long?), default(StreamEntryId?));
        for (var i = 3; i < request.Count; i += 2)
        {
            if (i + 1 == request.Count)
                throw CommandException.Syntax();
            if (request.Is(i, "ENTRIESADDED"u8))
            {
                added = request.Number(i + 1);
                if (added < 0)
                    throw new CommandException("ERR entries_added must be positive");
            }
            else if (request.Is(i, "MAXDELETEDID"u8))
            {
                maxDeleted = request.Id(i + 1);
                if (lastId < maxDeleted)
                    throw new CommandException("ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
            }
            else
            {
                throw CommandException.Syntax();
            }
        }
        await session.Engine.SetIdAsync(session.Key(request[1]), lastId, added, maxDeleted);
        session.Reply.Ok();
    }
}
