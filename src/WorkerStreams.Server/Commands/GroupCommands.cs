using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XGROUP and XACK.</summary>
internal static class GroupCommands
{
    // Options may be repeated up to there.
    private const int MostCreateWords = 8, MostSetIdWords = 7;

    public static IReadOnlyList<Command> All { get; } =
    [
        new("xgroup", -2, "Sets up consumer groups.", static (_, _) => throw CommandException.Arity("xgroup"))
        {
            Writes = true,
            Subcommands =
            [
                Sub("create", -5, "Makes a consumer group.", CreateAsync),
                Sub("setid", -5, "Sets the last delivered id of a group.", SetIdAsync),
                Sub("destroy", 4, "Deletes a consumer group.", DestroyAsync),
                Sub("createconsumer", 5, "Makes a consumer of a group.", CreateConsumerAsync),
                Sub("delconsumer", 5, "Deletes a consumer of a group.", DeleteConsumerAsync),
                HelpTexts.Command("xgroup"),
            ],
        },
        new("xack", -4, "Acknowledges pending entries.", AcknowledgeAsync) { Writes = true, FirstKey = 1, LastKey = 1 },
    ];

    private static Command Sub(string name, int arity, string summary, CommandHandler handler) =>
        new("xgroup|" + name, arity, summary, handler) { Writes = true, FirstKey = 2, LastKey = 2 };

    private static async ValueTask CreateAsync(Session session, Request request)
    {
        var (makesStream, entriesRead) = ParseOptions(request, canMakeStream: true);
        var (key, group) = (session.Key(request[2]), session.Name(request[3]));
        var isTooLong = request.Count > MostCreateWords;
        if (!TryParsePosition(request, isStrict: true, out var position) || isTooLong)
        {
            throw !makesStream && !await session.Engine.ExistsAsync(key) ? NeedsStream()
                : isTooLong ? CommandException.Subcommand(request[1], "XGROUP")
                : CommandException.InvalidId();
        }
        await session.Engine.CreateGroupAsync(key, group, position, makesStream, entriesRead);
        session.Reply.Ok();
    }

    private static async ValueTask SetIdAsync(Session session, Request request)
    {
        var (_, entriesRead) = ParseOptions(request, canMakeStream: false);
        var (key, group) = (session.Key(request[2]), session.Name(request[3]));
        var isTooLong = request.Count > MostSetIdWords;
        if (!TryParsePosition(request, isStrict: false, out var position) || isTooLong)
        {
            throw await session.FindGroupAsync(key, group) switch
            {
                null => NeedsStream(),
                false => new StreamEngineException(StreamErrorCode.NoGroup, $"NOGROUP No such consumer group '{group}' for key name '{key}'"),
                true => isTooLong ? CommandException.Subcommand(request[1], "XGROUP") : CommandException.InvalidId(),
            };
        }
        await session.Engine.SetGroupIdAsync(key, group, position, entriesRead);
        session.Reply.Ok();
    }

    private static async ValueTask DestroyAsync(Session session, Request request) =>
        session.Reply.Number(await session.Engine.DestroyGroupAsync(session.Key(request[2]), session.Name(request[3])) ? 1 : 0);

    private static async ValueTask CreateConsumerAsync(Session session, Request request) => session.Reply.Number(
        await session.Engine.CreateConsumerAsync(session.Key(request[2]), session.Name(request[3]), session.Name(request[4])) ? 1 : 0);

    private static async ValueTask DeleteConsumerAsync(Session session, Request request) => session.Reply.Number(
        await session.Engine.DeleteConsumerAsync(session.Key(request[2]), session.Name(request[3]), session.Name(request[4])));

    private static async ValueTask AcknowledgeAsync(Session session, Request request)
    {
        var (key, group) = (session.Key(request[1]), session.Name(request[2]));
        var ids = session.Ids(request.Count - 3);
        if (request.TryParseIds(3, ids.Span))
            session.Reply.Number(await session.Engine.AcknowledgeAsync(key, group, ids));
        else
            session.Reply.Number(await session.HasGroupAsync(key, group) ? throw CommandException.InvalidId() : 0);
    }

    private static (bool MakesStream, long? EntriesRead) ParseOptions(Request request, bool canMakeStream)
    {
        var (makesStream, entriesRead) = (false, default(long?));
        for (var i = 5; i < request.Count; i++)
        {
            if (canMakeStream && request.Is(i, "MKSTREAM"u8))
                makesStream = true;
            else if (!request.Is(i, "ENTRIESREAD"u8) || i + 1 == request.Count)
                throw CommandException.Subcommand(request[1], "XGROUP");
            else if ((entriesRead = request.Number(++i)) < -1)
                throw new CommandException("ERR value for ENTRIESREAD must be positive or -1");
        }
        return (makesStream, entriesRead);
    }

    private static bool TryParsePosition(Request request, bool isStrict, out GroupPosition position)
    {
        var text = request[4];
        position = GroupPosition.End;
        if (text is [(byte)'$'])
            return true;
        var isId = Words.TryParseId(text, 0, out var id);
        if (!isStrict && text is [(byte)'-' or (byte)'+'])
            (isId, id) = (true, request.IdOrEnd(4));
        position = GroupPosition.After(id);
        return isId;
    }

    private static CommandException NeedsStream() => new(
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.");
}
