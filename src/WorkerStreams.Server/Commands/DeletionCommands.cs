using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XDELEX and XACKDEL.</summary>
internal static class DeletionCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("xdelex", -5, "Deletes entries of a stream, with regard to the groups that refer to them.", DeleteAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
        new("xackdel", -6, "Acknowledges entries and deletes them.", AcknowledgeAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
    ];

    private static async ValueTask DeleteAsync(Session session, Request request)
    {
        var (key, options) = (session.Key(request[1]), DeletionOptions.Parse(request, 2));
        var (ids, outcomes) = (session.Ids(options.Count), new DeletionOutcome[options.Count]);
        if (request.TryParseIds(options.FirstId, ids.Span))
            await session.Engine.DeleteAsync(key, ids, options.References, outcomes);
        else if (await session.Engine.ExistsAsync(key))
            throw CommandException.InvalidId();
        else
            outcomes.AsSpan().Fill(DeletionOutcome.NotFound);
        Answer(session, outcomes);
    }

    private static async ValueTask AcknowledgeAsync(Session session, Request request)
    {
        var (key, options, group) = (session.Key(request[1]), DeletionOptions.Parse(request, 3), session.Name(request[2]));
        var (ids, outcomes) = (session.Ids(options.Count), new DeletionOutcome[options.Count]);
        if (request.TryParseIds(options.FirstId, ids.Span))
            await session.Engine.AcknowledgeAndDeleteAsync(key, group, ids, options.References, outcomes);
        else if (await session.HasGroupAsync(key, group))
            throw CommandException.InvalidId();
        else
            outcomes.AsSpan().Fill(DeletionOutcome.NotFound);
        Answer(session, outcomes);
    }

    private static void Answer(Session session, DeletionOutcome[] outcomes)
    {
        session.Reply.Array(outcomes.Length);
        foreach (var outcome in outcomes)
        {
            session.Reply.Number(outcome switch
            {
                DeletionOutcome.Deleted => 1,
                DeletionOutcome.Kept => 2,
                _ => -1,
            });
        }
    }
}
