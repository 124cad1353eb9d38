using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XREAD and XREADGROUP.</summary>
internal static class ReadCommands
{
    // Each entry that is appended has a look at all of them.
    private const int MostWaitedFor = 10_000;

    private static readonly TimeSpan LongestBlock = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public static ValueTask<EntryBatch> Read(StreamStore store, ReadRequest request, CancellationToken cancellation)
    {
        Check(request);
        var (batch, waiter) = (EntryBatch.Empty, default(Waiter));
        var reserved = store.Journal is null || request is not ReadGroupRequest reading ? 0 : store.Reserve(Expectations.Of(store, reading));
        using (store.Enter(request.Streams))
        {
            store.ShardOf(request.Streams[0].Stream).HasReserved(reserved);
            if (request is ReadGroupRequest group)
                CheckGroups(store, group);
            batch = Read(store, request, request.Streams, null);
            if (batch.StreamCount == 0 && request.Block is not null)
                waiter = new(store, request, Resolve(store, request.Streams));
        }
        return waiter?.Start(cancellation) ?? store.AnswerAsync(LastSequence(store, request.Streams), batch);
    }

    /// <summary>What the positions yield now, of all streams or of those of a slot. The caller holds the locks.</summary>
    public static EntryBatch Read(StreamStore store, ReadRequest request, IReadOnlyList<StreamPosition> positions, int? slot, int mostClaimed = int.MaxValue)
    {
        var reply = new ReplyWriter(request.Count, request.MaxBytes);
        var now = request is ReadGroupRequest ? store.Now : 0;
        var claimMinIdle = (request as ReadGroupRequest)?.ClaimMinIdle;
        for (var i = 0; i < positions.Count && !reply.IsFull; i++)
        {
            var (name, position) = positions[i];
            if (slot is { } only && only != name.Slot)
                continue;
            var shard = store.ShardOf(name);
            if (!shard.TryGet(name, out var stream))
                continue;
            if (request is not ReadGroupRequest group)
                Read(stream, position, ref reply);
            else if (position.Kind == ReadPositionKind.Undelivered)
                GroupReads.ReadNew(shard, group, stream, now, claimMinIdle, mostClaimed, ref reply);
            else
                GroupReads.ReadHistory(shard, group, stream, position.Id, now, ref reply);
            // As in Redis a history turns CLAIM off, for the streams after it, too.
            if (position.Kind == ReadPositionKind.After)
                claimMinIdle = null;
        }
        return reply.Build();
    }

    /// <summary>The last record of what has changed in these streams.</summary>
    public static long LastSequence(StreamStore store, IReadOnlyList<StreamPosition> positions)
    {
        var last = 0L;
        for (var i = 0; i < positions.Count && store.Journal is not null; i++)
            last = Math.Max(last, store.ShardOf(positions[i].Stream).LastSequence);
        return last;
    }

    private static void Read(StreamState stream, ReadPosition position, ref ReplyWriter reply)
    {
        var log = stream.Log;
        if (position.Kind == ReadPositionKind.End || log.Count == 0 || (position.Kind == ReadPositionKind.After && log.LastId <= position.Id))
            return;
        reply.BeginStream(stream.Name, log.Count);
        reply.AddFrom(log, position.Kind == ReadPositionKind.Last ? log.From(log.LastId) : log.After(position.Id, default), StreamEntryId.MaxValue);
    }

    // What "$" and "+" mean is settled when the wait begins.
    private static StreamPosition[] Resolve(StreamStore store, IReadOnlyList<StreamPosition> positions)
    {
        var resolved = new StreamPosition[positions.Count];
        for (var i = 0; i < resolved.Length; i++)
        {
            resolved[i] = positions[i];
            if (positions[i].Position.Kind is ReadPositionKind.End or ReadPositionKind.Last)
            {
                store.ShardOf(positions[i].Stream).TryGet(positions[i].Stream, out var stream);
                resolved[i] = resolved[i] with { Position = ReadPosition.After(stream?.LastId ?? default) };
            }
        }
        return resolved;
    }

    private static void CheckGroups(StreamStore store, ReadGroupRequest request)
    {
        for (var i = 0; i < request.Streams.Count; i++)
        {
            var (stream, position) = request.Streams[i];
            if (!store.ShardOf(stream).TryGet(stream, request.Group, out _, out _))
                throw Errors.NoGroupToRead(stream, request.Group);
            CheckPosition(position.Kind, ofGroup: true);
        }
    }

    private static void Check(ReadRequest request)
    {
        if (request.Streams.Count == 0)
            throw StreamEngineException.InvalidArgument("syntax error");
        if (request.Block is { } block && block < TimeSpan.Zero && block != Timeout.InfiniteTimeSpan)
            throw StreamEngineException.InvalidArgument("timeout is negative");
        if (request is ReadGroupRequest { ClaimMinIdle: { } minIdle } && minIdle < TimeSpan.Zero)
            throw StreamEngineException.InvalidArgument("min-idle-time must be a positive integer");
        if (request.Block is not null && request.Streams.Count > MostWaitedFor)
            throw StreamEngineException.InvalidArgument($"a read that waits is of {request.Streams.Count} streams; at most {MostWaitedFor} are allowed");
        if (request.Block > LongestBlock)
            throw StreamEngineException.InvalidArgument("timeout is not an integer or out of range");
        for (var i = 0; request is not ReadGroupRequest && i < request.Streams.Count; i++)
            CheckPosition(request.Streams[i].Position.Kind, ofGroup: false);
    }

    private static void CheckPosition(ReadPositionKind position, bool ofGroup)
    {
        if (position == ReadPositionKind.Undelivered && !ofGroup)
            throw StreamEngineException.InvalidArgument("The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.");
        if (ofGroup && position is ReadPositionKind.End or ReadPositionKind.Last)
        {
            var sign = position == ReadPositionKind.End ? '$' : '+';
            throw StreamEngineException.InvalidArgument(
                $"The {sign} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, "
                + $"or use the > ID to get new messages. The {sign} ID would just return an empty result set.");
        }
    }
}
