using System.Text;
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
                new("command|list", -2, "Tells the names of the commands.", List),
                new("command|getkeys", -3, "Tells the keys of a command.", GetKeys),
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
        var names = CommandTable.Standard.All.Select(static command => command.Name).ToList();
        if (request.Count > 2)
        {
            if (request.Count != 5 || !request.Is(2, "FILTERBY"u8))
                throw CommandException.Syntax();
            if (request.Is(3, "PATTERN"u8))
                names = CommandTable.Standard.All.SelectMany(static command => command.Subcommands.Prepend(command)).Select(static command => command.Name).Where(Filter(request)).ToList();
            else if (request.Is(3, "MODULE"u8) || request.Is(3, "ACLCAT"u8))
                names = [];
            else
                throw CommandException.Syntax();
        }
        session.Reply.Array(names.Count);
        names.ForEach(session.Reply.Bulk);
        return default;
    }

    private static Func<string, bool> Filter(Request request)
    {
        var pattern = request[4].ToArray();
        return name => Glob.Matches(pattern, name);
    }

    private static ValueTask GetKeys(Session session, Request request)
    {
        var words = new RequestBuilder();
        for (var i = 2; i < request.Count; i++)
            words.Add(request[i]);
        var asked = words.Build();
        var keys = KeysOf(Find(asked), asked);
        if (keys.Count == 0)
            throw new CommandException("ERR Invalid arguments specified for command");
        session.Reply.Array(keys.Count);
        foreach (var key in keys)
            session.Reply.Bulk(asked[key]);
        return default;
    }

    private static Command Find(Request asked)
    {
        try
        {
            return CommandTable.Standard.Get(asked);
        }
        catch (CommandException)
        {
            throw new CommandException("ERR Invalid command specified");
        }
    }

    // The words that are keys.
    private static List<int> KeysOf(Command command, Request asked)
    {
        var (isRead, isOwn) = (command.Name is "xread" or "xreadgroup", command.Name.StartsWith("ws.", StringComparison.Ordinal));
        if (!isRead && command.FirstKey == 0)
            throw new CommandException("ERR The command has no key arguments");
        if (!command.Takes(asked.Count))
            throw new CommandException("ERR Invalid number of arguments specified for command");
        var (first, last) = (command.FirstKey, command.LastKey < 0 ? asked.Count + command.LastKey : command.LastKey);
        if (isRead)
        {
            // Behind the names of the group and the consumer, which may be this word, too.
            var streams = Enumerable.Range(command.Name == "xread" ? 1 : 4, asked.Count - (command.Name == "xread" ? 1 : 4)).FirstOrDefault(index => asked.Is(index, "STREAMS"u8), asked.Count);
            (first, last) = (streams + 1, streams + ((asked.Count - streams - 1) / 2));
        }
        else if (isOwn)
        {
            last = Integer.TryParse(asked[1], out var count) && count > 0 && count < asked.Count - 1 ? 1 + (int)count : 0;
        }
        List<int> keys = [];
        for (var key = first; key <= last; key += command.KeyStep)
            keys.Add(key);
        return keys;
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
        var flags = CommandFlags.Of(command);
        reply.Set(flags.Length);
        foreach (var flag in flags)
            reply.Simple(Encoding.ASCII.GetBytes(flag));
        reply.Number(command.FirstKey);
        reply.Number(command.LastKey);
        reply.Number(command.FirstKey > 0 ? command.KeyStep : 0);
        // Categories, tips and key specifications are not kept.
        reply.Array(0);
        reply.Array(0);
        reply.Array(0);
        reply.Array(command.Subcommands.Count);
        foreach (var subcommand in command.Subcommands)
            Describe(reply, subcommand);
    }
}
