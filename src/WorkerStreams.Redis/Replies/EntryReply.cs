using System.Buffers.Binary;
using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Replies;

/// <summary>Entries as a server sends them: an id and its names and values, or an id alone.</summary>
internal static class EntryReply
{
    /// <summary>The entries of one stream, as XRANGE and XCLAIM reply.</summary>
    public static EntryBatch OfStream(StreamName stream, RedisResult reply, Func<StreamEntryId, (long Count, TimeSpan Idle)> deliveryOf)
    {
        if (reply.IsNull)
            return EntryBatch.Empty;
        var builder = new EntryBatchBuilder(Math.Max(1, reply.Length));
        builder.BeginStream(stream);
        AddAll(builder, reply, deliveryOf);
        return builder.Build();
    }

    public static void AddAll(EntryBatchBuilder builder, RedisResult entries, Func<StreamEntryId, (long Count, TimeSpan Idle)> deliveryOf)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            // Redis 6.2 claims what is gone from the stream, and replies with nothing.
            if (entry.IsNull)
                continue;
            var bare = entry.Length < 0;
            var id = IdOf(bare ? entry : entry[0]);
            var (count, idle) = deliveryOf(id);
            builder.Add(new(id, bare ? default : FieldsOf(entry[1]), count, idle));
        }
    }

    public static StreamEntryId IdOf(RedisResult reply) => StreamEntryId.Parse((string)reply!);

    public static EntryFields FieldsOf(RedisResult reply)
    {
        if (reply.IsNull)
            return default;
        var parts = (RedisValue[])reply!;
        var length = 0;
        foreach (var part in parts)
            length += sizeof(int) + part.GetByteCount();
        var encoded = new byte[length];
        var rest = encoded.AsSpan();
        foreach (var part in parts)
        {
            var written = part.CopyTo(rest[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, written);
            rest = rest[(sizeof(int) + written)..];
        }
        return EntryFields.FromEncoded(encoded);
    }
}
