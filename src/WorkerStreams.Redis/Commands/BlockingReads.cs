using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;

namespace WorkerStreams.Redis.Commands;

/// <summary>XREAD and XREADGROUP with BLOCK: first what is there by the shared connection, then the wait on one of its own, slice by slice.</summary>
internal static class BlockingReads
{
    public static async ValueTask<EntryBatch> ReadAsync(
        RedisConnection shared, BlockingConnections connections, ReadRequest request, CancellationToken cancellation)
    {
        if (request.Streams.Count == 0)
            throw new StreamEngineException(StreamErrorCode.InvalidArgument, "ERR syntax error");
        if (request.Block is { } block && block < TimeSpan.Zero && block != Timeout.InfiniteTimeSpan)
            throw new StreamEngineException(StreamErrorCode.InvalidArgument, "ERR timeout is negative");
        if (request.Block is not { } time)
            return await ReadCommands.ReadAsync(shared, request, cancellation);
        connections.ReadBegins();
        try
        {
            // Where the end is, is settled before the first look, so that nothing falls between two.
            var streams = await ResolveAsync(shared, request, cancellation);
            var found = await ReadCommands.ReadAsync(shared, request, cancellation);
            return found.StreamCount > 0 ? found : await WaitAsync(connections, request, streams, time > TimeSpan.Zero ? time : null, cancellation);
        }
        finally
        {
            connections.ReadEnds();
        }
    }

    private static async ValueTask<EntryBatch> WaitAsync(
        BlockingConnections connections, ReadRequest request, IReadOnlyList<StreamPosition> streams, TimeSpan? time, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (time is null || TimeProvider.System.GetElapsedTime(begun) < time)
        {
            if (await connections.RentAsync(time - TimeProvider.System.GetElapsedTime(begun), cancellation) is not { } connection)
                break;
            var slice = connections.Slice;
            var left = time - TimeProvider.System.GetElapsedTime(begun) ?? slice;
            // BLOCK 0 would wait without end.
            slice = TimeSpan.FromMilliseconds(Math.Max(1, Math.Min(left.TotalMilliseconds, slice.TotalMilliseconds)));
            var words = ReadCommands.WordsOf(request, streams, slice);
            var reply = await connection.ReadAsync(ReadCommands.CommandOf(request), words, streams[0].Stream, cancellation);
            if (reply is { IsNull: false, Length: > 0 })
                return ReadCommands.BatchOf(request, reply);
            cancellation.ThrowIfCancellationRequested();
        }
        return EntryBatch.Empty;
    }

    // What "$" and "+" mean is settled when the wait begins.
    private static async ValueTask<IReadOnlyList<StreamPosition>> ResolveAsync(RedisConnection shared, ReadRequest request, CancellationToken cancellation)
    {
        if (request is ReadGroupRequest || request.Streams.All(static stream => stream.Position.Kind == ReadPositionKind.After))
            return request.Streams;
        var resolved = request.Streams.ToArray();
        for (var i = 0; i < resolved.Length; i++)
        {
            if (request.Streams[i].Position.Kind is ReadPositionKind.End or ReadPositionKind.Last)
                resolved[i] = new(resolved[i].Stream, ReadPosition.After(await LastIdAsync(shared, resolved[i].Stream, cancellation)));
        }
        return resolved;
    }

    private static async ValueTask<StreamEntryId> LastIdAsync(RedisConnection shared, StreamName stream, CancellationToken cancellation)
    {
        try
        {
            return (await InfoCommands.StreamAsync(shared, stream, cancellation)).LastGeneratedId;
        }
        catch (StreamEngineException missing) when (missing.Code == StreamErrorCode.NoStream)
        {
            return default;
        }
    }
}
