using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Replies;

/// <summary>Entries stream by stream, as XREAD and XREADGROUP reply.</summary>
internal static class StreamsReply
{
    /// <param name="reply">The reply.</param>
    /// <param name="deliveryOf">How often entries were delivered, by the place of their stream in the reply.</param>
    public static EntryBatch Read(RedisResult reply, Func<int, DeliveryOf> deliveryOf)
    {
        if (reply.IsNull || reply.Length <= 0)
            return EntryBatch.Empty;
        // RESP3 has a map, which the client shows as one key and one value after the other; RESP2 has pairs.
        var isMap = reply.Resp3Type == ResultType.Map;
        var count = isMap ? reply.Length / 2 : reply.Length;
        var builder = new EntryBatchBuilder();
        for (var i = 0; i < count; i++)
        {
            var (name, entries) = isMap ? (reply[2 * i], reply[(2 * i) + 1]) : (reply[i][0], reply[i][1]);
            builder.BeginStream(NameOf(name));
            EntryReply.AddAll(builder, entries, deliveryOf(i));
        }
        return builder.Build();
    }

    public static StreamName NameOf(RedisResult reply) => new((ReadOnlySpan<byte>)(byte[])reply!);
}
