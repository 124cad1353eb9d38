using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>FUNCTION, as far as it can be answered where there are no functions: suites of tests begin with deleting all.</summary>
internal static class FunctionCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("function", -2, "Tells that there are no functions.", static (_, _) => throw CommandException.Arity("function"))
        {
            Subcommands = [new("function|flush", -2, "Deletes all functions, of which there are none.", Flush) { Writes = true }, new("function|list", -2, "Lists the functions, of which there are none.", List)],
        },
    ];

    private static ValueTask Flush(Session session, Request request)
    {
        if (request.Count > 3)
            throw CommandException.Subcommand(request[1], "FUNCTION");
        if (request.Count == 3 && !request.Is(2, "SYNC"u8) && !request.Is(2, "ASYNC"u8))
            throw new CommandException("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        session.Reply.Ok();
        return default;
    }

    private static ValueTask List(Session session, Request request)
    {
        session.Reply.Array(0);
        return default;
    }
}
