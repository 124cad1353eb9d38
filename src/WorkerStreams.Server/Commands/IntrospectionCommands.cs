using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>COMMAND.</summary>
internal static class IntrospectionCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("command", -1, "Tells of the commands.", DescribeAsync)
        {
            Subcommands =
            [
                new("command|count", 2, "Counts the commands.", Count),
                new("command|list", 2, "Tells the names of the commands.", List),
                new("command|info", -2, "Tells of commands.", DescribeAsync),
                new("command|docs", -2, "Tells what commands do.", DocumentAsync),
                HelpTexts.Command("command"),
            ],
        },
    ];

    private static ValueTask Count(Session session, Request request)
    {
        session.Reply.Number(CommandTable.Standard.All.Count);
        return default;
    }

    private static ValueTask List(Session session, Request request)
    {
        session.Reply.Array(CommandTable.Standard.All.Count);
        foreach (var command in CommandTable.Standard.All)
            session.Reply.Bulk(command.Name);
        return default;
    }

    private static async ValueTask DescribeAsync(Session session, Request request)
    {
        var commands = AskedFor(request);
        session.Reply.Array(commands.Count);
        foreach (var command in commands)
        {
            if (command is null)
                session.Reply.Null();
            else
                Describe(session.Reply, command);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask DocumentAsync(Session session, Request request)
    {
        var commands = AskedFor(request).OfType<Command>().ToList();
        session.Reply.Map(commands.Count);
        foreach (var command in commands)
        {
            session.Reply.Bulk(command.Name);
            session.Reply.Map(2);
            session.Reply.Bulk("summary"u8);
            session.Reply.Bulk(command.Summary);
            session.Reply.Bulk("group"u8);
            session.Reply.Bulk(command.Name is ['x', ..] or ['w', 's', '.', ..] ? "stream"u8 : "server"u8);
            await session.SendIfMuchAsync();
        }
    }

    private static List<Command?> AskedFor(Request request) => request.Count < 3
        ? [.. CommandTable.Standard.All]
        : [.. Enumerable.Range(2, request.Count - 2).Select(index => CommandTable.Standard.Find(request[index]))];

    private static void Describe(ReplyWriter reply, Command command)
    {
        reply.Array(10);
        reply.Bulk(command.Name);
        reply.Number(command.Arity);
        reply.Array(1);
        reply.Simple(command.Writes ? "write"u8 : "readonly"u8);
        reply.Number(command.FirstKey);
        reply.Number(command.LastKey);
        reply.Number(command.FirstKey > 0 ? 1 : 0);
        // Categories, tips and key specifications are not kept.
        reply.Array(0);
        reply.Array(0);
        reply.Array(0);
        reply.Array(command.Subcommands.Count);
        foreach (var subcommand in command.Subcommands)
            Describe(reply, subcommand);
    }
}
