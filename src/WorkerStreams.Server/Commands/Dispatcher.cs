using System.Diagnostics;
using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>Carries out one command: finds it, asks for the password where that is not told yet, keeps it for later in a transaction, lets it in, and answers what it refuses.</summary>
internal sealed class Dispatcher(CommandTable commands)
{
    public ValueTask ExecuteAsync(Session session, Request request)
    {
        Command? command = null;
        try
        {
            command = commands.Get(request);
            Check(session, command, request);
        }
        catch (CommandException refusal)
        {
            if (command is not null)
                session.Server.Statistics.Rejected(command);
            if (request.Is(0, "EXEC"u8))
                refusal = TransactionCommands.Abort(session, refusal);
            session.Transaction?.Spoil();
            session.Fail(refusal.Bytes);
            return default;
        }
        session.LastCommand = command;
        if (session.Transaction is { } transaction && !command.IsNeverQueued)
        {
            Queue(session, transaction, command, request);
            return default;
        }
        return session.TryEnter(command.IsAlone) ? RunAsync(session, command, request) : EnterAndRunAsync(session, command, request);
    }

    /// <summary>Carries out a command that was let in.</summary>
    public static ValueTask RunAsync(Session session, Command command, Request request)
    {
        var begun = Stopwatch.GetTimestamp();
        ValueTask task;
        try
        {
            if (command.BringsValues)
                session.Keys.CheckRoom();
            task = command.Handler(session, request);
        }
        catch (Exception failure)
        {
            task = ValueTask.FromException(failure);
        }
        if (!task.IsCompletedSuccessfully)
            return AnswerAsync(session, command, begun, task);
        task.GetAwaiter().GetResult();
        session.Leave();
        session.Server.Statistics.Called(command, begun, failed: false);
        return default;
    }

    private static void Check(Session session, Command command, Request request)
    {
        if (!command.Takes(request.Count))
            throw CommandException.Arity(command.Name);
        if (session.IsStranger && !command.IsForStrangers)
            throw new CommandException("NOAUTH Authentication required.");
        if (session.IsReadOnly && (command.Writes || command.IsAdministration))
            throw new CommandException($"NOPERM User {session.User} has no permissions to run the '{command.Name}' command");
    }

    private static void Queue(Session session, Transaction transaction, Command command, Request request)
    {
        if (transaction.TryAdd(command, request))
            session.Reply.Simple("QUEUED"u8);
        else
            session.Fail("ERR the transaction is larger than a command may be"u8);
    }

    private static async ValueTask EnterAndRunAsync(Session session, Command command, Request request)
    {
        await session.EnterAsync(command.IsAlone);
        await RunAsync(session, command, request);
    }

    private static async ValueTask AnswerAsync(Session session, Command command, long begun, ValueTask task)
    {
        var failed = true;
        try
        {
            await task;
            failed = false;
        }
        catch (CommandException refusal)
        {
            session.Fail(refusal.Bytes);
        }
        catch (StreamEngineException refusal)
        {
            session.Fail(Encoding.UTF8.GetBytes(EngineErrors.Tell(session.Database, refusal)));
        }
        finally
        {
            session.Leave();
            session.Server.Statistics.Called(command, begun, failed);
        }
    }
}
