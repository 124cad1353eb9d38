using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;

namespace WorkerStreams.Redis.Commands;

/// <summary>
/// XREAD and XREADGROUP with BLOCK: first what is there by the shared connection, then the wait: on a connection of its own, slice by slice, or by the doorbell
/// where all of them are taken.
/// </summary>
/// <param name="connections">Those on which reads wait.</param>
/// <param name="doorbell">The doorbell.</param>
/// <param name="isCluster">Whether no command can listen to streams of several slots; then reads take turns.</param>
internal sealed class BlockingReads(BlockingConnections connections, Doorbell doorbell, Func<bool> isCluster)
{
    // So often one that waits for the doorbell looks by itself, which tells when its group has gone.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30), ShortestSilence = TimeSpan.FromSeconds(1);

    private int _waiting;

    /// <summary>The reads that were asked to wait and have not ended.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public async ValueTask<EntryBatch> ReadAsync(RedisConnection shared, ReadRequest request, CancellationToken cancellation)
    {
        if (request.Streams.Count == 0)
            throw new StreamEngineException(StreamErrorCode.InvalidArgument, "ERR syntax error");
        if (request.Block is { } block && block < TimeSpan.Zero && block != Timeout.InfiniteTimeSpan)
            throw new StreamEngineException(StreamErrorCode.InvalidArgument, "ERR timeout is negative");
        if (request.Block is not { } time)
            return await ReadCommands.ReadAsync(shared, request, cancellation);
        Interlocked.Increment(ref _waiting);
        try
        {
            // Where the end is, is settled before the first look, so that nothing falls between two.
            var streams = await ResolveAsync(shared, request, cancellation);
            var found = await ReadCommands.ReadAsync(shared, request, cancellation);
            return found.StreamCount > 0 ? found : await WaitAsync(shared, request, streams, new(time), cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async ValueTask<EntryBatch> WaitAsync(
        RedisConnection shared, ReadRequest request, IReadOnlyList<StreamPosition> streams, Wait wait, CancellationToken cancellation)
    {
        while (!wait.IsOver)
        {
            var connection = await connections.TryRentAsync();
            if (connection is null && isCluster() && (connection = await connections.RentAsync(wait.Left, cancellation)) is null)
                break;
            var found = connection is null
                ? await ListenAsync(shared, request, streams, wait, cancellation)
                : await BlockAsync(connection, request, streams, wait.AtMost(connections.Slice), cancellation);
            if (found.StreamCount > 0)
                return found;
            cancellation.ThrowIfCancellationRequested();
        }
        return EntryBatch.Empty;
    }

    private static async ValueTask<EntryBatch> BlockAsync(
        BlockingConnection connection, ReadRequest request, IReadOnlyList<StreamPosition> streams, TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            var words = ReadCommands.WordsOf(request, streams, time);
            return ReadCommands.BatchOf(request, await connection.ReadAsync(ReadCommands.CommandOf(request), words, streams[0].Stream, cancellation));
        }
        catch (OperationCanceledException cancelled) when (request is ReadGroupRequest)
        {
            throw new StreamEngineException(
                StreamErrorCode.Unavailable, "ERR the read was cancelled, but the server did not end it: it may still be delivered something", mayHaveTakenEffect: true, cancelled);
        }
    }

    // What is there, or nothing, and then there may be something.
    private async ValueTask<EntryBatch> ListenAsync(
        RedisConnection shared, ReadRequest request, IReadOnlyList<StreamPosition> streams, Wait wait, CancellationToken cancellation)
    {
        // Asked for before the look and sent with it: what comes after that, the doorbell tells.
        var seen = SeenAsync(shared, streams);
        var found = await ReadCommands.ReadAsync(shared, request, cancellation);
        if (found.StreamCount > 0)
            return found;
        await doorbell.WaitAsync(await seen, wait.AtMost(SilenceOf(request)), cancellation);
        return EntryBatch.Empty;
    }

    // The doorbell does not tell that an entry has become old enough to be claimed.
    private static TimeSpan SilenceOf(ReadRequest request) =>
        request is ReadGroupRequest { ClaimMinIdle: { } minIdle } && minIdle < LongestSilence ? (minIdle > ShortestSilence ? minIdle : ShortestSilence) : LongestSilence;

    private static async Task<IReadOnlyList<StreamPosition>> SeenAsync(RedisConnection shared, IReadOnlyList<StreamPosition> streams) =>
        await Task.WhenAll(streams.Select(async stream =>
        {
            if (stream.Position.Kind == ReadPositionKind.After)
                return stream;
            using var last = await StreamCommands.RangeAsync(shared, stream.Stream, RangeBound.Min, RangeBound.Max, count: 1, reverse: true, CancellationToken.None);
            return stream with { Position = ReadPosition.After(last.Count > 0 ? last.Entries[0].Id : default) };
        }));

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

    /// <summary>How long a read waits: zero or less is without end.</summary>
    private sealed class Wait(TimeSpan time)
    {
        private readonly long _begun = TimeProvider.System.GetTimestamp();

        public TimeSpan? Left => time > TimeSpan.Zero ? time - TimeProvider.System.GetElapsedTime(_begun) : null;

        public bool IsOver => Left <= TimeSpan.Zero;

        // BLOCK 0 would wait without end.
        public TimeSpan AtMost(TimeSpan slice) => TimeSpan.FromMilliseconds(Math.Max(1, Math.Min((Left ?? slice).TotalMilliseconds, slice.TotalMilliseconds)));
    }
}
