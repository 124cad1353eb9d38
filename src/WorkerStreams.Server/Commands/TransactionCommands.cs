using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>MULTI, EXEC, DISCARD, WATCH and UNWATCH.</summary>
internal static class TransactionCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("multi", 1, "Begins a transaction.", Begin) { IsNeverQueued = true },
        new("exec", 1, "Carries out a transaction, with nothing in between.", ExecuteAsync) { IsNeverQueued = true, IsAlone = true },
        new("discard", 1, "Gives a transaction up.", Discard) { IsNeverQueued = true },
        new("watch", -2, "Has the next transaction fail where a key changes before it.", Watch) { IsNeverQueued = true, FirstKey = 1, LastKey = -1 },
        new("unwatch", 1, "Forgets the keys that are watched.", Unwatch),
    ];

    /// <summary>EXEC itself is refused: the transaction is given up.</summary>
    /// <returns>What the client is told.</returns>
    public static CommandException Abort(Session session, CommandException refusal)
    {
        session.Transaction = null;
        session.Unwatch();
        var reason = refusal.Message.StartsWith("ERR ", StringComparison.Ordinal) ? refusal.Message[4..] : refusal.Message;
        return new($"EXECABORT Transaction discarded because of: {reason}");
    }

    private static ValueTask Begin(Session session, Request request)
    {
        if (session.Transaction is not null)
            throw new CommandException("ERR MULTI calls can not be nested");
        session.Transaction = new(session.Server.Options.MaxRequestBytes);
        session.Reply.Ok();
        return default;
    }

    private static async ValueTask ExecuteAsync(Session session, Request request)
    {
        var transaction = session.Transaction ?? throw new CommandException("ERR EXEC without MULTI");
        var hasChanged = session.HasWatchedChange;
        session.Transaction = null;
        session.Unwatch();
        if (transaction.IsSpoiled)
            throw new CommandException("EXECABORT Transaction discarded because of previous errors.");
        if (hasChanged)
        {
            session.Reply.NullArray();
            return;
        }
        session.Reply.Array(transaction.Commands.Count);
        session.IsExecuting = true;
        try
        {
            foreach (var (command, words) in transaction.Commands)
                await Dispatcher.RunAsync(session, command, words);
        }
        finally
        {
            session.IsExecuting = false;
        }
    }

    private static ValueTask Discard(Session session, Request request)
    {
        if (session.Transaction is null)
            throw new CommandException("ERR DISCARD without MULTI");
        session.Transaction = null;
        session.Unwatch();
        session.Reply.Ok();
        return default;
    }

    private static ValueTask Watch(Session session, Request request)
    {
        if (session.Transaction is not null)
            throw new CommandException("ERR WATCH inside MULTI is not allowed");
        for (var i = 1; i < request.Count; i++)
            session.Watch(session.AnyKey(request[i]));
        session.Reply.Ok();
        return default;
    }

    private static ValueTask Unwatch(Session session, Request request)
    {
        session.Unwatch();
        session.Reply.Ok();
        return default;
    }
}
