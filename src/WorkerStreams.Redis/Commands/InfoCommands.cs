using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;
using StreamEntry = WorkerStreams.Engine.StreamEntry;
using StreamInfo = WorkerStreams.Engine.StreamInfo;

namespace WorkerStreams.Redis.Commands;

/// <summary>XINFO.</summary>
internal static class InfoCommands
{
    public static async ValueTask<StreamInfo> StreamAsync(RedisConnection connection, StreamName stream, CancellationToken cancellation)
    {
        var info = new InfoReply(await connection.SendAsync("XINFO", new Arguments().Text("STREAM").Key(stream), cancellation));
        var first = EntryOf(info["first-entry"]);
        return new()
        {
            Length = info.Number("length"),
            Nodes = info.Number("radix-tree-keys"),
            LastGeneratedId = IdOf(info["last-generated-id"]),
            MaxDeletedEntryId = IdOf(info["max-deleted-entry-id"]),
            // Redis 6.2 does not count them; it has at least those that are there.
            EntriesAdded = info.NumberOrNull("entries-added") ?? info.Number("length"),
            RecordedFirstEntryId = info["recorded-first-entry-id"] is { } recorded ? EntryReply.IdOf(recorded) : first?.Id ?? default,
            Idempotency = IdempotencyOf(info),
            Groups = (int)info.Number("groups"),
            FirstEntry = first,
            LastEntry = EntryOf(info["last-entry"]),
        };
    }

    // Since 8.6.
    private static IdempotencyInfo IdempotencyOf(InfoReply info) => info.NumberOrNull("idmp-duration") is not { } seconds
        ? IdempotencyInfo.Default
        : new(
            TimeSpan.FromSeconds(seconds),
            (int)info.Number("idmp-maxsize"),
            (int)info.Number("pids-tracked"),
            info.Number("iids-tracked"),
            info.Number("iids-added"),
            info.Number("iids-duplicates"));

    public static async ValueTask<IReadOnlyList<GroupInfo>> GroupsAsync(RedisConnection connection, StreamName stream, CancellationToken cancellation)
    {
        var reply = await connection.SendAsync("XINFO", new Arguments().Text("GROUPS").Key(stream), cancellation);
        return ReadAll(reply, static info => new GroupInfo(
            NameOf(info),
            (int)info.Number("consumers"),
            info.Number("pending"),
            IdOf(info["last-delivered-id"]),
            info.NumberOrNull("entries-read"),
            info.NumberOrNull("lag")));
    }

    public static async ValueTask<IReadOnlyList<ConsumerInfo>> ConsumersAsync(RedisConnection connection, StreamName stream, StreamName group, CancellationToken cancellation)
    {
        var reply = await connection.SendAsync("XINFO", new Arguments().Text("CONSUMERS").Key(stream).Name(group), cancellation);
        return ReadAll(reply, static info => new ConsumerInfo(
            NameOf(info),
            info.Number("pending"),
            TimeSpan.FromMilliseconds(info.Number("idle")),
            info.NumberOrNull("inactive") is >= 0 and var inactive ? TimeSpan.FromMilliseconds(inactive) : null));
    }

    private static T[] ReadAll<T>(RedisResult reply, Func<InfoReply, T> read)
    {
        var all = new T[Math.Max(0, reply.Length)];
        for (var i = 0; i < all.Length; i++)
            all[i] = read(new(reply[i]));
        return all;
    }

    private static StreamName NameOf(InfoReply info) => StreamsReply.NameOf(info["name"]!);

    private static StreamEntryId IdOf(RedisResult? reply) => reply is null ? default : EntryReply.IdOf(reply);

    private static StreamEntry? EntryOf(RedisResult? reply) =>
        reply is null ? null : new StreamEntry(EntryReply.IdOf(reply[0]), EntryReply.FieldsOf(reply[1]));
}
