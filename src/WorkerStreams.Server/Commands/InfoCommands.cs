using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XINFO.</summary>
internal static class InfoCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("xinfo", -2, "Tells the figures of streams, groups and consumers.", static (_, _) => throw CommandException.Arity("xinfo"))
        {
            Subcommands =
            [
                Sub("stream", -3, "Tells a stream's figures.", StreamAsync),
                Sub("groups", 3, "Tells the figures of a stream's groups.", GroupsAsync),
                Sub("consumers", 4, "Tells the figures of a group's consumers.", ConsumersAsync),
                HelpTexts.Command("xinfo"),
            ],
        },
    ];

    private static Command Sub(string name, int arity, string summary, CommandHandler handler) =>
        new("xinfo|" + name, arity, summary, handler) { FirstKey = 2, LastKey = 2 };

    private static async ValueTask StreamAsync(Session session, Request request)
    {
        var key = session.Key(request[2]);
        if (request.Count > 3)
        {
            // Redis looks for the key first.
            if (!await session.Engine.ExistsAsync(key))
                throw CommandException.NoSuchKey();
            using var full = await session.Engine.GetFullStreamInfoAsync(key, ParseFull(request));
            await FullInfo.AnswerAsync(session, full);
            return;
        }
        var info = await session.Engine.GetStreamInfoAsync(key);
        var reply = session.Reply;
        reply.Map(16);
        Figures(reply, info);
        reply.Bulk("groups"u8);
        reply.Number(info.Groups);
        reply.Bulk("first-entry"u8);
        EntryOrNull(reply, info.FirstEntry);
        reply.Bulk("last-entry"u8);
        EntryOrNull(reply, info.LastEntry);
    }

    /// <summary>The figures that are told in either form.</summary>
    public static void Figures(ReplyWriter reply, StreamInfo info)
    {
        reply.Bulk("length"u8);
        reply.Number(info.Length);
        reply.Bulk("radix-tree-keys"u8);
        reply.Number(info.Nodes);
        // There is no such tree; it would have at least a root, and one node for each key.
        reply.Bulk("radix-tree-nodes"u8);
        reply.Number(info.Nodes + 1);
        reply.Bulk("last-generated-id"u8);
        reply.Id(info.LastGeneratedId);
        reply.Bulk("max-deleted-entry-id"u8);
        reply.Id(info.MaxDeletedEntryId);
        reply.Bulk("entries-added"u8);
        reply.Number(info.EntriesAdded);
        reply.Bulk("recorded-first-entry-id"u8);
        reply.Id(info.RecordedFirstEntryId);
        Figures(reply, info.Idempotency);
    }

    private static void Figures(ReplyWriter reply, IdempotencyInfo info)
    {
        reply.Bulk("idmp-duration"u8);
        reply.Number((long)info.Duration.TotalSeconds);
        reply.Bulk("idmp-maxsize"u8);
        reply.Number(info.MaxIds);
        reply.Bulk("pids-tracked"u8);
        reply.Number(info.Producers);
        reply.Bulk("iids-tracked"u8);
        reply.Number(info.Ids);
        reply.Bulk("iids-added"u8);
        reply.Number(info.IdsAdded);
        reply.Bulk("iids-duplicates"u8);
        reply.Number(info.Duplicates);
    }

    /// <summary>How far a group has read.</summary>
    public static void Progress(ReplyWriter reply, GroupInfo group)
    {
        reply.Bulk("last-delivered-id"u8);
        reply.Id(group.LastDeliveredId);
        reply.Bulk("entries-read"u8);
        NumberOrNull(reply, group.EntriesRead);
        reply.Bulk("lag"u8);
        NumberOrNull(reply, group.Lag);
    }

    private static async ValueTask GroupsAsync(Session session, Request request)
    {
        var groups = await session.Engine.GetGroupsAsync(session.Key(request[2]));
        var reply = session.Reply;
        reply.Array(groups.Count);
        foreach (var group in groups)
        {
            reply.Map(6);
            reply.Bulk("name"u8);
            reply.Bulk(group.Name.Bytes);
            reply.Bulk("consumers"u8);
            reply.Number(group.Consumers);
            reply.Bulk("pending"u8);
            reply.Number(group.Pending);
            Progress(reply, group);
            await session.SendIfMuchAsync();
        }
    }

    private static async ValueTask ConsumersAsync(Session session, Request request)
    {
        var consumers = await session.Engine.GetConsumersAsync(session.Key(request[2]), session.Name(request[3]));
        var reply = session.Reply;
        reply.Array(consumers.Count);
        foreach (var consumer in consumers)
        {
            reply.Map(4);
            reply.Bulk("name"u8);
            reply.Bulk(consumer.Name.Bytes);
            reply.Bulk("pending"u8);
            reply.Number(consumer.Pending);
            reply.Bulk("idle"u8);
            reply.Number((long)consumer.Idle.TotalMilliseconds);
            reply.Bulk("inactive"u8);
            reply.Number(consumer.Inactive is { } inactive ? (long)inactive.TotalMilliseconds : -1);
            await session.SendIfMuchAsync();
        }
    }

    private static int? ParseFull(Request request)
    {
        if (request.Count is not (4 or 6) || !request.Is(3, "FULL"u8) || (request.Count == 6 && !request.Is(4, "COUNT"u8)))
            throw CommandException.Subcommand(request[1], "XINFO");
        var count = request.Count == 6 ? request.Number(5) : FullInfo.DefaultCount;
        return count == 0 ? null : Words.Limit(count < 0 ? FullInfo.DefaultCount : count);
    }

    private static void EntryOrNull(ReplyWriter reply, StreamEntry? entry)
    {
        if (entry is { } there)
            reply.Entry(there);
        else
            reply.Null();
    }

    private static void NumberOrNull(ReplyWriter reply, long? number)
    {
        if (number is { } known)
            reply.Number(known);
        else
            reply.Null();
    }
}
