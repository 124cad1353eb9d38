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
        var read = await ParseAsync(session, request, isGroup);
        using var batch = await session.ReadAsync(read);
        await AnswerAsync(session, batch, read, asMap: session.Reply.Version > 2);
    }

    /// <summary>The words of XREAD or XREADGROUP.</summary>
    /// <exception cref="CommandException">They are no good.</exception>
    /// <exception cref="StreamEngineException">So it is with an id, and a group of a stream before it is not there.</exception>
    public static async ValueTask<ReadRequest> ParseAsync(Session session, Request request, bool isGroup)
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
        return options.Request(session, request, streams);
    }

    /// <summary>The entries stream by stream, as a map or as pairs.</summary>
    public static async ValueTask AnswerAsync(Session session, EntryBatch batch, ReadRequest read, bool asMap)
    {
        var reply = session.Reply;
        if (batch.StreamCount == 0)
        {
            reply.NullArray();
            return;
        }
        if (asMap)
            reply.Map(batch.StreamCount);
        else
            reply.Array(batch.StreamCount);
        var claiming = CountClaiming(batch, read);
        for (var (i, first) = (0, 0); i < batch.StreamCount; i++)
        {
            if (!asMap)
                reply.Array(2);
            reply.Bulk(Database.KeyOf(batch.GetStream(i)));
            var count = batch.GetEntries(i).Length;
            await session.EntriesAsync(batch, first, count, i < claiming);
            first += count;
        }
    }

    // The streams of the reply that were claimed from: those before the first history. Streams with nothing are left out, but histories never are.
    private static int CountClaiming(EntryBatch batch, ReadRequest read)
    {
        if (read is not ReadGroupRequest { ClaimMinIdle: not null })
            return 0;
        var histories = read.Streams.Count(static stream => stream.Position.Kind == ReadPositionKind.After);
        var claiming = 0;
        foreach (var (stream, _) in read.Streams.TakeWhile(static stream => stream.Position.Kind == ReadPositionKind.Undelivered))
        {
            if (claiming < batch.StreamCount - histories && batch.GetStream(claiming) == stream)
                claiming++;
        }
        return claiming;
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
