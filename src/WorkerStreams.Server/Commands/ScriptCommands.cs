using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>FUNCTION and SCRIPT, as far as they can be answered where there are neither: suites of tests begin with deleting all.</summary>
internal static class ScriptCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("function", -2, "Tells that there are no functions.", static (_, _) => throw CommandException.Arity("function"))
        {
            Subcommands =
            [
                new("function|flush", -2, "Deletes all functions, of which there are none.", FlushFunctions) { Writes = true },
                new("function|list", -2, "Lists the functions, of which there are none.", List),
                HelpTexts.Command("function"),
            ],
        },
        new("script", -2, "Tells that there are no scripts.", static (_, _) => throw CommandException.Arity("script"))
        {
            Subcommands =
            [
                new("script|flush", -2, "Deletes all scripts, of which there are none.", FlushScripts) { Writes = true },
                new("script|exists", -3, "Tells that none of these scripts is there.", Exist),
                HelpTexts.Command("script"),
            ],
        },
    ];

    private static ValueTask FlushFunctions(Session session, Request request) =>
        request.Count > 3 ? throw CommandException.Subcommand(request[1], "FUNCTION") : Flush(session, request, "FUNCTION FLUSH only supports");

    private static ValueTask FlushScripts(Session session, Request request) => Flush(session, request, "SCRIPT FLUSH only support");

    private static ValueTask Flush(Session session, Request request, string support)
    {
        if (request.Count > 3 || (request.Count == 3 && !request.Is(2, "SYNC"u8) && !request.Is(2, "ASYNC"u8)))
            throw new CommandException($"ERR {support} SYNC|ASYNC option");
        session.Reply.Ok();
        return default;
    }

    private static ValueTask List(Session session, Request request)
    {
        session.Reply.Array(0);
        return default;
    }

    private static ValueTask Exist(Session session, Request request)
    {
        session.Reply.Array(request.Count - 2);
        for (var i = 2; i < request.Count; i++)
            session.Reply.Number(0);
        return default;
    }
}
