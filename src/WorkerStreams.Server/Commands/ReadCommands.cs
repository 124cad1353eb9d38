using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>XREAD and XREADGROUP.</summary>
internal static class ReadCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("xread", -4, "Reads entries of streams, or waits for some.", static (session, request) => ReadAsync(session, request, isGroup: false)),
        new("xreadgroup", -7, "Reads entries of streams for a consumer of a group, or waits for some.", static (session, request) => ReadAsync(session, request, isGroup: true)) { Writes = true },
    ];

    private static async ValueTask ReadAsync(Session session, Request request, bool isGroup)
    {
        var options = ReadOptions.Parse(request, isGroup, session.Now);
        if (!options.TryParseStreams(session, request, out var streams, out var bad))
        {
            if (isGroup)
                await CheckGroupsAsync(session, request, options, bad);
            // Of a stream the key is looked for before the id is read.
            session.Key(request[options.FirstKey + bad]);
            throw CommandException.InvalidId();
        }
        var read = options.Request(session, request, streams);
        using var batch = await session.ReadAsync(read);
        await AnswerAsync(session, batch, read);
    }

    private static async ValueTask AnswerAsync(Session session, EntryBatch batch, ReadRequest read)
    {
        var reply = session.Reply;
        if (batch.StreamCount == 0)
        {
            reply.NullArray();
            return;
        }
        if (reply.Version < 3)
            reply.Array(batch.StreamCount);
        else
            reply.Map(batch.StreamCount);
        // Streams with nothing are left out.
        for (var (i, first, asked) = (0, 0, 0); i < batch.StreamCount; i++)
        {
            if (reply.Version < 3)
                reply.Array(2);
            reply.Bulk(Database.KeyOf(batch.GetStream(i)));
            var count = batch.GetEntries(i).Length;
            while (read.Streams[asked].Stream != batch.GetStream(i))
                asked++;
            var isClaiming = read is ReadGroupRequest { ClaimMinIdle: not null } && read.Streams[asked++].Position.Kind == ReadPositionKind.Undelivered;
            await session.EntriesAsync(batch, first, count, isClaiming);
            first += count;
        }
    }

    // Of a stream Redis looks for its group before it looks at the id.
    private static async ValueTask CheckGroupsAsync(Session session, Request request, ReadOptions options, int bad)
    {
        var group = session.Name(request[options.Group]);
        for (var i = 0; i <= bad; i++)
        {
            var key = session.Key(request[options.FirstKey + i]);
            if (!await session.HasGroupAsync(key, group))
                throw new StreamEngineException(StreamErrorCode.NoGroup, $"NOGROUP No such key '{key}' or consumer group '{group}' in XREADGROUP with GROUP option");
            if (request[options.FirstKey + options.Streams + i] is [(byte)'$' or (byte)'+'] sign)
                throw ReadOptions.MeaninglessInGroup((char)sign[0]);
        }
    }
}
