using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;

namespace WorkerStreams.Redis.Commands;

/// <summary>XGROUP, XACK and XNACK.</summary>
internal static class GroupCommands
{
    public static async ValueTask CreateAsync(
        RedisConnection connection, StreamName stream, StreamName group, GroupPosition position, bool createStream, long? entriesRead, CancellationToken cancellation)
    {
        var words = Of("CREATE", stream, group).Position(position);
        if (createStream)
            words.Text("MKSTREAM");
        await connection.SendAsync("XGROUP", WithEntriesRead(words, entriesRead), cancellation);
    }

    public static async ValueTask SetIdAsync(
        RedisConnection connection, StreamName stream, StreamName group, GroupPosition position, long? entriesRead, CancellationToken cancellation) =>
        await connection.SendAsync("XGROUP", WithEntriesRead(Of("SETID", stream, group).Position(position), entriesRead), cancellation);

    public static async ValueTask<bool> DestroyAsync(RedisConnection connection, StreamName stream, StreamName group, CancellationToken cancellation) =>
        (long)await connection.SendAsync("XGROUP", Of("DESTROY", stream, group), cancellation) > 0;

    public static async ValueTask<bool> CreateConsumerAsync(
        RedisConnection connection, StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation) =>
        (long)await connection.SendAsync("XGROUP", Of("CREATECONSUMER", stream, group).Name(consumer), cancellation) > 0;

    public static async ValueTask<long> DeleteConsumerAsync(
        RedisConnection connection, StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation) =>
        (long)await connection.SendAsync("XGROUP", Of("DELCONSUMER", stream, group).Name(consumer), cancellation);

    public static async ValueTask<long> AcknowledgeAsync(
        RedisConnection connection, StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ids.IsEmpty ? 0 : (long)await connection.SendAsync("XACK", new Arguments().Key(stream).Name(group).Ids(ids.Span), cancellation);
    }

    public static async ValueTask<long> NackAsync(RedisConnection connection, NackRequest request, CancellationToken cancellation)
    {
        var words = new Arguments().Key(request.Stream).Name(request.Group).Text(WordOf(request.Mode)).Text("IDS").Number(request.Ids.Length).Ids(request.Ids.Span);
        if (request.DeliveryCount is { } count)
            words.Text("RETRYCOUNT").Number(count);
        if (request.Force)
            words.Text("FORCE");
        if (!request.Ids.IsEmpty)
            return (long)await connection.SendAsync("XNACK", words, cancellation);
        // The command takes no less than one id, and yet it is told where there is no group.
        await PendingCommands.SummarizeAsync(connection, request.Stream, request.Group, cancellation);
        return 0;
    }

    private static string WordOf(NackMode mode) => mode switch
    {
        NackMode.Silent => "SILENT",
        NackMode.Fail => "FAIL",
        _ => "FATAL",
    };

    private static Arguments Of(string subcommand, StreamName stream, StreamName group) => new Arguments().Text(subcommand).Key(stream).Name(group);

    private static Arguments WithEntriesRead(Arguments words, long? entriesRead) =>
        entriesRead is { } read ? words.Text("ENTRIESREAD").Number(read) : words;
}
