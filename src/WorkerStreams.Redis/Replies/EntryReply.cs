using System.Buffers.Binary;
using System.Text;
using RESPite.Messages;
using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Replies;

/// <summary>How often an entry of a reply was delivered, this time included, and how long ago before that.</summary>
internal delegate (long Count, TimeSpan Idle) DeliveryOf(StreamEntryId id, bool isMissing);

/// <summary>Entries as a server sends them: an id and its names and values, or an id alone.</summary>
internal static class EntryReply
{
    // Two numbers of twenty digits and what is between.
    private const int MaxIdLength = 41;

    /// <summary>The parts of an entry that was read with CLAIM: its idle time and its deliveries before come after its fields.</summary>
    public const int PartsWithDelivery = 4;

    /// <summary>The entries of one stream, as XRANGE and XCLAIM reply.</summary>
    public static EntryBatch OfStream(StreamName stream, RedisResult reply, DeliveryOf deliveryOf)
    {
        if (reply.IsNull)
            return EntryBatch.Empty;
        var builder = new EntryBatchBuilder(Math.Max(1, reply.Length));
        builder.BeginStream(stream);
        AddAll(builder, reply, deliveryOf);
        return builder.Build();
    }

    public static void AddAll(EntryBatchBuilder builder, RedisResult entries, DeliveryOf deliveryOf)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            // Redis 6.2 claims what is gone from the stream, and replies with nothing.
            if (entry.IsNull)
                continue;
            var bare = entry.Length < 0;
            var id = IdOf(bare ? entry : entry[0]);
            var fields = bare ? default : FieldsOf(entry[1]);
            var (count, idle) = entry.Length == PartsWithDelivery ? DeliveryOf((long)entry[2], (long)entry[3]) : deliveryOf(id, fields.IsMissing);
            builder.Add(new(id, fields, count, idle));
        }
    }

    /// <summary>How often an entry was delivered with this time, and how long ago before.</summary>
    public static (long Count, TimeSpan Idle) DeliveryOf(long idle, long before) =>
        (before < long.MaxValue ? before + 1 : before, TimeSpan.FromMilliseconds(Math.Clamp(idle, 0, (long)TimeSpan.MaxValue.TotalMilliseconds - 1)));

    public static StreamEntryId IdOf(RedisResult reply) => StreamEntryId.Parse((string)reply!);

    public static StreamEntryId IdOf(RespReader reply)
    {
        Span<char> text = stackalloc char[MaxIdLength];
        return reply.TryGetSpan(out var bytes) && bytes.Length <= MaxIdLength
            ? StreamEntryId.Parse(text[..Encoding.ASCII.GetChars(bytes, text)])
            : StreamEntryId.Parse(reply.ReadString()!);
    }

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
