using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>WS.APPEND, WS.MOVE and WS.DELETE.</summary>
internal static class OwnEntries
{
    private const int FirstOption = 2;

    public static IReadOnlyList<Command> All { get; } =
    [
        OwnCommands.Of("ws.append", "Appends entries to a stream.", AppendAsync, leastArguments: FirstOption),
        OwnCommands.Of("ws.move", "Moves entries from one stream to another.", MoveAsync, leastArguments: 0, leastKeys: 2, mostKeys: 2),
        OwnCommands.Of("ws.delete", "Deletes entries of a stream, or acknowledges and deletes them, with regard to the groups that refer to them.", DeleteAsync, leastArguments: 4),
    ];

    private static async ValueTask AppendAsync(Session session, OwnWords words)
    {
        var (options, first) = ParseOptions(words);
        var entries = new List<AppendEntry>();
        for (var i = first; i < words.Count;)
        {
            var id = words.Request.NewId(words.FirstArgument + i++);
            entries.Add(i < words.Count ? new(words.Fields(ref i), id) : throw CommandException.Arity("xadd"));
        }
        var (stream, results) = (words.Stream(0), new AppendResult[entries.Count]);
        await session.Engine.AppendAsync(stream, entries.ToArray(), results, options);
        session.Reply.Array(results.Length);
        foreach (var result in results)
        {
            Answer(session, result);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask MoveAsync(Session session, OwnWords words)
    {
        var entries = new List<MoveEntry>();
        for (var i = 0; i < words.Count;)
        {
            var id = words.Id(i++);
            entries.Add(i < words.Count ? new(id, words.Fields(ref i)) : throw CommandException.Arity("xadd"));
        }
        var newIds = new StreamEntryId?[entries.Count];
        await session.Engine.MoveAsync(new() { Source = words.Stream(0), Destination = words.Stream(1), Entries = entries.ToArray() }, newIds);
        session.Reply.Array(newIds.Length);
        foreach (var newId in newIds)
        {
            IdOrNull(session, newId);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask DeleteAsync(Session session, OwnWords words)
    {
        if (!words.Request.TryReferences(words.FirstArgument, out var references))
            throw CommandException.Syntax();
        var (acknowledges, ids) = (words.Is(1, "XACKDEL"u8), new List<StreamEntryId>());
        if (!acknowledges && !words.Is(1, "XDELEX"u8))
            throw CommandException.Syntax();
        var outcomes = new DeletionOutcome[words.AddIds(3, ids)];
        var stream = words.Stream(0);
        if (acknowledges)
            await session.Engine.AcknowledgeAndDeleteAsync(stream, words.Name(2), ids.ToArray(), references, outcomes);
        else
            await session.Engine.DeleteAsync(stream, ids.ToArray(), references, outcomes);
        session.Reply.Bulk(Array.ConvertAll(outcomes, static outcome => (byte)('0' + (int)outcome)));
    }

    // They stand before the first id, and there must be one for them to be told from it.
    private static (AppendOptions Options, int First) ParseOptions(OwnWords words)
    {
        var (options, trimming) = (words.Number(0), words.Number(1));
        var most = words.Count - FirstOption;
        if (options < 0 || trimming < 0 || options > most || trimming > most - options)
            throw CommandException.Syntax();
        var first = FirstOption + (int)(options + trimming);
        var parsed = TrimOptions.Parse(words.Request, isAppend: true, words.FirstArgument + FirstOption);
        if (first < words.Count && (parsed.Next != words.FirstArgument + first + 1 || parsed.Key is not null))
            throw CommandException.Syntax();
        return (new() { CreateStream = parsed.CreateStream, Trim = parsed.Trim }, first);
    }

    private static void Answer(Session session, AppendResult result)
    {
        if (result.Error is not { } error)
        {
            IdOrNull(session, result.Status == AppendStatus.Stored ? result.Id : null);
            return;
        }
        var sign = result.Status == AppendStatus.MaybeStored ? '?' : '-';
        session.Reply.Bulk(Encoding.UTF8.GetBytes(sign + EngineErrors.Tell(session.Database, error)));
    }

    private static void IdOrNull(Session session, StreamEntryId? id)
    {
        if (id is { } given)
            session.Reply.Id(given);
        else
            session.Reply.Null();
    }
}
