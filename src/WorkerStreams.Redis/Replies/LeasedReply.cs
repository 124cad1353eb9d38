using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using RESPite.Messages;
using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Replies;

/// <summary>Entries as XREAD and XREADGROUP reply, taken from the bytes of the reply to one buffer of the batch.</summary>
internal sealed class LeasedReply : IDisposable
{
    private readonly byte[] _fields;
    private readonly (long Count, TimeSpan Idle) _delivery;
    private int _used;

    // A part takes four bytes before it here, and six or more around it in the reply.
    private LeasedReply(int length, (long Count, TimeSpan Idle) delivery) => (_fields, _delivery) = (ArrayPool<byte>.Shared.Rent(length), delivery);

    /// <summary>The entries stream by stream. The reply is not needed any more.</summary>
    public static EntryBatch OfStreams(RespResult reply, (long Count, TimeSpan Idle) delivery)
    {
        using (reply)
        {
            var reader = reply.Read();
            if (reader.IsNull || reader.AggregateIsEmpty())
                return EntryBatch.Empty;
            // RESP3 has a map of names and entries, RESP2 pairs of them.
            var isMap = reader.Prefix == RespPrefix.Map;
            var streams = isMap ? reader.AggregateLength() / 2 : reader.AggregateLength();
            var (builder, fields) = (new EntryBatchBuilder(), new LeasedReply((int)reader.ProtocolBytesRemaining, delivery));
            builder.Keep(fields);
            for (var i = 0; i < streams; i++)
            {
                if (!isMap)
                    reader.MoveNext();
                reader.MoveNext();
                builder.BeginStream(new(reader.ReadByteArray()));
                reader.MoveNext();
                fields.AddEntries(builder, ref reader);
            }
            return builder.Build();
        }
    }

    public void Dispose()
    {
        Poison();
        ArrayPool<byte>.Shared.Return(_fields);
    }

    private void AddEntries(EntryBatchBuilder builder, ref RespReader reader)
    {
        for (var left = reader.AggregateLength(); left > 0; left--)
        {
            reader.MoveNext();
            var delivery = _delivery;
            var hasDelivery = reader.AggregateLength() == EntryReply.PartsWithDelivery;
            reader.MoveNext();
            var id = EntryReply.IdOf(reader);
            reader.MoveNext();
            var start = _used;
            for (var parts = reader.AggregateLength(); parts > 0; parts--)
            {
                reader.MoveNext();
                var length = reader.CopyTo(_fields.AsSpan(_used + sizeof(int)));
                BinaryPrimitives.WriteInt32LittleEndian(_fields.AsSpan(_used), length);
                _used += sizeof(int) + length;
            }
            if (hasDelivery)
                delivery = EntryReply.DeliveryOf(ReadNumber(ref reader), ReadNumber(ref reader));
            builder.Add(new(id, EntryFields.FromEncoded(_fields, start, _used - start), delivery.Count, delivery.Idle));
        }
    }

    private static long ReadNumber(ref RespReader reader)
    {
        reader.MoveNext();
        return reader.ReadInt64();
    }

    [Conditional("DEBUG")]
    private void Poison() => _fields.AsSpan().Fill(0xDD);
}
