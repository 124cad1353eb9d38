using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;

namespace WorkerStreams.Redis.Commands;

/// <summary>XRANGE, XDEL, XTRIM, XLEN, XSETID, XCFGSET, XIDMPRECORD and DEL.</summary>
internal static class StreamCommands
{
    private static readonly (long, TimeSpan) NotDelivered = (StreamEntry.UnknownDeliveryCount, default);

    public static async ValueTask<EntryBatch> RangeAsync(
        RedisConnection connection, StreamName stream, RangeBound start, RangeBound end, int? count, bool reverse, CancellationToken cancellation)
    {
        var words = new Arguments().Key(stream).Bound(reverse ? end : start).Bound(reverse ? start : end);
        if (count is { } most)
            words.Text("COUNT").Number(most);
        var reply = await connection.SendAsync(reverse ? "XREVRANGE" : "XRANGE", words, cancellation);
        return EntryReply.OfStream(stream, reply, static (_, _) => NotDelivered);
    }

    public static async ValueTask<long> DeleteAsync(RedisConnection connection, StreamName stream, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ids.IsEmpty ? 0 : (long)await connection.SendAsync("XDEL", new Arguments().Key(stream).Ids(ids.Span), cancellation);
    }

    public static async ValueTask<long> TrimAsync(RedisConnection connection, StreamName stream, StreamTrim trim, CancellationToken cancellation) =>
        (long)await connection.SendAsync("XTRIM", new Arguments().Key(stream).Options(TrimOptions(trim)), cancellation);

    public static async ValueTask<long> LengthAsync(RedisConnection connection, StreamName stream, CancellationToken cancellation) =>
        (long)await connection.SendAsync("XLEN", new Arguments().Key(stream), cancellation);

    public static async ValueTask SetIdAsync(
        RedisConnection connection, StreamName stream, StreamEntryId lastId, long? entriesAdded, StreamEntryId? maxDeletedId, CancellationToken cancellation)
    {
        var words = new Arguments().Key(stream).Id(lastId);
        if (entriesAdded is { } added)
            words.Text("ENTRIESADDED").Number(added);
        if (maxDeletedId is { } deleted)
            words.Text("MAXDELETEDID").Id(deleted);
        await connection.SendAsync("XSETID", words, cancellation);
    }

    public static async ValueTask SetIdempotencyAsync(
        RedisConnection connection, StreamName stream, TimeSpan? duration, int? maxIds, CancellationToken cancellation)
    {
        var words = new Arguments().Key(stream);
        if (duration is { } time)
            words.Text("IDMP-DURATION").Number((long)Math.Ceiling(time.TotalSeconds));
        if (maxIds is { } most)
            words.Text("IDMP-MAXSIZE").Number(most);
        await connection.SendAsync("XCFGSET", words, cancellation);
    }

    public static async ValueTask RecordIdempotencyAsync(
        RedisConnection connection, StreamName stream, IdempotencyKey key, StreamEntryId id, CancellationToken cancellation) =>
        await connection.SendAsync("XIDMPRECORD", new Arguments().Key(stream).Name(key.Producer).Name(key.Id ?? default(StreamName)).Id(id), cancellation);

    public static async ValueTask<bool> DeleteStreamAsync(RedisConnection connection, StreamName stream, CancellationToken cancellation) =>
        (long)await connection.SendAsync("DEL", new Arguments().Key(stream), cancellation) > 0;

    public static Arguments TrimOptions(StreamTrim trim)
    {
        var words = new Arguments();
        if (trim.References != EntryReferences.Keep)
            words.Text(DeletionCommands.WordOf(trim.References));
        words.Text(trim.Strategy == TrimStrategy.MaxLength ? "MAXLEN" : "MINID").Text(trim.Approximate ? "~" : "=");
        if (trim.Strategy == TrimStrategy.MaxLength)
            words.Number(trim.Length);
        else
            words.Id(trim.Id);
        if (trim.Limit is { } limit)
            words.Text("LIMIT").Number(limit);
        return words;
    }
}
