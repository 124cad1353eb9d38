using System.Globalization;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;
using WorkerStreams.Redis.Scripts;
using StreamEntry = WorkerStreams.Engine.StreamEntry;
using StreamPosition = WorkerStreams.Engine.StreamPosition;

namespace WorkerStreams.Redis.Commands;

/// <summary>XREAD and XREADGROUP, as far as they do not wait.</summary>
internal static class ReadCommands
{
    private static readonly (long, TimeSpan) NotDelivered = (StreamEntry.UnknownDeliveryCount, default), FirstDelivery = (1, default);

    public static string CommandOf(ReadRequest request) => request is ReadGroupRequest ? "XREADGROUP" : "XREAD";

    /// <summary>What the streams have now.</summary>
    public static async ValueTask<EntryBatch> ReadAsync(RedisConnection connection, ReadRequest request, CancellationToken cancellation)
    {
        if (request is ReadGroupRequest group && group.Streams.Any(static stream => stream.Position.Kind == ReadPositionKind.After))
            return await ReadHistoryAsync(connection, group, cancellation);
        var (command, words) = (CommandOf(request), WordsOf(request, request.Streams, block: null));
        return connection.LeasesReplies
            ? LeasedReply.OfStreams(await connection.ReceiveAsync(command, words, cancellation), DeliveryOf(request))
            : BatchOf(request, await connection.SendAsync(command, words, cancellation));
    }

    public static Arguments WordsOf(ReadRequest request, IReadOnlyList<StreamPosition> streams, TimeSpan? block)
    {
        var words = new Arguments();
        if (request is ReadGroupRequest group)
            words.Text("GROUP").Name(group.Group).Name(group.Consumer);
        words.Options(OptionsOf(request));
        if (block is { } time)
            words.Text("BLOCK").AtLeast(time);
        words.Text("STREAMS");
        foreach (var (stream, _) in streams)
            words.Key(stream);
        foreach (var (_, position) in streams)
            words.Text(TextOf(position));
        return words;
    }

    public static EntryBatch BatchOf(ReadRequest request, RedisResult reply)
    {
        var delivery = DeliveryOf(request);
        return StreamsReply.Read(reply, _ => (_, _) => delivery);
    }

    private static (long, TimeSpan) DeliveryOf(ReadRequest request) => request is ReadGroupRequest ? FirstDelivery : NotDelivered;

    private static async ValueTask<EntryBatch> ReadHistoryAsync(RedisConnection connection, ReadGroupRequest request, CancellationToken cancellation)
    {
        var (keys, options) = (new Arguments(), OptionsOf(request));
        var arguments = new Arguments()
            .Name(request.Group).Name(request.Consumer).Number(request.Count is > 0 and var count ? count : int.MaxValue)
            .Number(options.Count).Options(options);
        foreach (var (stream, position) in request.Streams)
        {
            keys.Key(stream);
            arguments.Text(TextOf(position));
        }
        var reply = await connection.RunAsync(Script.History, keys, arguments, cancellation);
        var (streams, before) = (reply[0], KnownOf(request, reply));
        // What is gone from the stream is told, and not delivered again.
        return StreamsReply.Read(
            streams,
            place => (id, isMissing) => before[place].TryGet(id, out var known) ? (KnownDeliveries.CountAfter(known.Count, isMissing ? 0 : 1), known.Idle) : FirstDelivery);
    }

    // The reply leaves out streams with nothing new, so its places are found by their names.
    private static KnownDeliveries[] KnownOf(ReadGroupRequest request, RedisResult reply)
    {
        var known = new KnownDeliveries[Math.Max(0, reply[0].Length)];
        for (var (place, asked) = (0, 0); place < known.Length; place++, asked++)
        {
            var name = StreamsReply.NameOf(reply[0][place][0]);
            while (request.Streams[asked].Stream != name)
                asked++;
            known[place] = new(reply[1][asked]);
        }
        return known;
    }

    private static Arguments OptionsOf(ReadRequest request)
    {
        var words = new Arguments();
        if (request.Count is > 0 and var count)
            words.Text("COUNT").Number(count);
        if (request is ReadGroupRequest { NoAcknowledge: true })
            words.Text("NOACK");
        if (request is ReadGroupRequest { ClaimMinIdle: { } minIdle })
            words.Text("CLAIM").Text(Milliseconds(minIdle));
        return words;
    }

    // Not a part of one too little. The server refuses what is negative.
    private static string Milliseconds(TimeSpan time) => ((long)Math.Ceiling(time.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);

    private static string TextOf(ReadPosition position) => position.Kind switch
    {
        ReadPositionKind.Undelivered => ">",
        ReadPositionKind.End => "$",
        ReadPositionKind.Last => "+",
        _ => position.Id.ToString(),
    };
}
