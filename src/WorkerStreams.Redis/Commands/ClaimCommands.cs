using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Commands;

/// <summary>XCLAIM and XAUTOCLAIM, in scripts that also tell how often the entries were delivered.</summary>
internal static class ClaimCommands
{
    private const long LooksPerEntry = 10;

    public static async ValueTask<EntryBatch> ClaimAsync(RedisConnection connection, ClaimRequest request, CancellationToken cancellation)
    {
        // Which a server takes for none.
        if (request.DeliveryCount < 0)
            throw new StreamEngineException(StreamErrorCode.InvalidArgument, "ERR Invalid RETRYCOUNT option argument for XCLAIM");
        if (request is { Idle: not null, DeliveredAt: not null })
            throw new StreamEngineException(StreamErrorCode.InvalidArgument, "ERR syntax error, IDLE and TIME at the same time are not compatible");
        var arguments = new Arguments().Name(request.Group).Name(request.Consumer).Name(request.Holder).AtLeast(request.MinIdle)
            .Joined(request.Ids.Span)
            .Text(request.ExpectedOwner is null ? "0" : "1").Name(request.ExpectedOwner ?? default)
            .Options(ClaimOptions(request));
        var tellsEach = connection.HasOwnCommands;
        var reply = await connection.RunAsync(Script.Claim, NameCommands.KeysOf(request.Stream, request.Holder), arguments, tellsEach, cancellation);
        var before = new KnownDeliveries(reply[1]);
        var added = request.JustIds ? 0 : 1;
        if (tellsEach)
            return EntryReply.OfStream(request.Stream, reply[0], (_, _) => Told(before.Next()));
        return EntryReply.OfStream(request.Stream, reply[0], (id, _) =>
        {
            // One that FORCE makes pending begins with 1.
            var (count, idle) = before.TryGet(id, out var known) ? known : (1, default);
            count = request.DeliveryCount ?? KnownDeliveries.CountAfter(count, added);
            // An id may be named again.
            before.Set(id, count, IdleOf(request));
            return (count, idle);
        });

        (long, TimeSpan) Told((long Count, TimeSpan Idle) known) => (request.DeliveryCount ?? KnownDeliveries.CountAfter(known.Count, added), known.Idle);
    }

    public static async ValueTask<AutoClaimResult> AutoClaimAsync(RedisConnection connection, AutoClaimRequest request, CancellationToken cancellation)
    {
        var arguments = new Arguments().Name(request.Group).Name(request.Consumer).AtLeast(request.MinIdle).Bound(request.Start)
            .Number(request.Count * LooksPerEntry)
            .Text("COUNT").Number(request.Count);
        if (request.JustIds)
            arguments.Text("JUSTID");
        var reply = await connection.RunAsync(Script.AutoClaim, new Arguments().Key(request.Stream), arguments, cancellation);
        var (result, before) = (reply[0], new KnownDeliveries(reply[1]));
        var added = request.JustIds ? 0 : 1;
        var entries = EntryReply.OfStream(
            request.Stream, result[1], (id, _) => before.TryGet(id, out var known) ? (KnownDeliveries.CountAfter(known.Count, added), known.Idle) : (StreamEntry.UnknownDeliveryCount, default));
        // Redis 6.2 has no third part.
        var deleted = new StreamEntryId[result.Length > 2 ? result[2].Length : 0];
        for (var i = 0; i < deleted.Length; i++)
            deleted[i] = EntryReply.IdOf(result[2][i]);
        return new(EntryReply.IdOf(result[0]), entries, deleted);
    }

    // The idle time of what is claimed: a time of delivery before 1970 or in the future is now.
    private static TimeSpan IdleOf(ClaimRequest request)
    {
        var now = TimeProvider.System.GetUtcNow();
        var idle = request.Idle ?? now - (request.DeliveredAt ?? now);
        return idle < TimeSpan.Zero || idle > now - DateTimeOffset.UnixEpoch ? TimeSpan.Zero : idle;
    }

    private static Arguments ClaimOptions(ClaimRequest request)
    {
        var words = new Arguments();
        if (request.Idle is { } idle)
            words.Text("IDLE").Number((long)idle.TotalMilliseconds);
        if (request.DeliveredAt is { } time)
            words.Text("TIME").Number(time.ToUnixTimeMilliseconds());
        if (request.DeliveryCount is { } count)
            words.Text("RETRYCOUNT").Number(count);
        if (request.Force)
            words.Text("FORCE");
        if (request.JustIds)
            words.Text("JUSTID");
        if (request.LastId is { } last)
            words.Text("LASTID").Id(last);
        return words;
    }
}
