using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;

namespace WorkerStreams.Redis.Commands;

/// <summary>XPENDING.</summary>
internal static class PendingCommands
{
    public static async ValueTask<PendingSummary> SummarizeAsync(RedisConnection connection, StreamName stream, StreamName group, CancellationToken cancellation)
    {
        var reply = await connection.SendAsync("XPENDING", new Arguments().Key(stream).Name(group), cancellation);
        var consumers = new (StreamName, long)[Math.Max(0, reply[3].Length)];
        for (var i = 0; i < consumers.Length; i++)
            consumers[i] = (StreamsReply.NameOf(reply[3][i][0]), (long)reply[3][i][1]);
        return new((long)reply[0], IdOrNull(reply[1]), IdOrNull(reply[2]), consumers);
    }

    public static async ValueTask<IReadOnlyList<PendingEntry>> ListAsync(RedisConnection connection, PendingRequest request, CancellationToken cancellation)
    {
        var words = new Arguments().Key(request.Stream).Name(request.Group);
        if (request.MinIdle > TimeSpan.Zero)
            words.Text("IDLE").AtLeast(request.MinIdle);
        words.Bound(request.Start).Bound(request.End).Number(request.Count);
        if (request.Consumer is { } consumer)
            words.Name(consumer);
        var reply = await connection.SendAsync("XPENDING", words, cancellation);
        var entries = new PendingEntry[Math.Max(0, reply.Length)];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = EntryOf(reply[i]);
        return entries;
    }

    private static PendingEntry EntryOf(RedisResult row) =>
        new(EntryReply.IdOf(row[0]), StreamsReply.NameOf(row[1]), TimeSpan.FromMilliseconds((long)row[2]), (long)row[3]);

    private static StreamEntryId? IdOrNull(RedisResult reply) => reply.IsNull ? null : EntryReply.IdOf(reply);
}
