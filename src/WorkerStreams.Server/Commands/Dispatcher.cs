using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>Carries out one command: finds it, asks for the password where that is not told yet, and answers what it refuses.</summary>
internal sealed class Dispatcher(CommandTable commands)
{
    public ValueTask ExecuteAsync(Session session, Request request)
    {
        try
        {
            var command = commands.Get(request);
            if (session.IsStranger && !command.IsForStrangers)
                throw new CommandException("NOAUTH Authentication required.");
            session.LastCommand = command;
            var task = command.Handler(session, request);
            if (!task.IsCompletedSuccessfully)
                return AnswerAsync(session, task);
            task.GetAwaiter().GetResult();
        }
        catch (CommandException refusal)
        {
            session.Reply.Error(refusal.Bytes);
        }
        return default;
    }

    private static async ValueTask AnswerAsync(Session session, ValueTask task)
    {
        try
        {
            await task;
        }
        catch (CommandException refusal)
        {
            session.Reply.Error(refusal.Bytes);
        }
        catch (StreamEngineException refusal)
        {
            session.Reply.Error(Encoding.UTF8.GetBytes(refusal.Message));
        }
    }
}
