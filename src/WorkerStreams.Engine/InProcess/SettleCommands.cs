using System.Buffers;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>Settlement: what becomes of entries, each only if it is still its owner's.</summary>
internal static class SettleCommands
{
    // Long ago: any minimum idle time has passed.
    private const long Released = 0;

    public static void Settle(Shard shard, SettleRequest request, Span<SettlementOutcome> outcomes)
    {
        var settlements = request.Settlements.Span;
        outcomes = outcomes[..settlements.Length];
        var buffer = ArrayPool<StreamEntryId>.Shared.Rent(settlements.Length);
        var ids = CopyIds(settlements, buffer, out var acknowledgedOnly);
        if (!acknowledgedOnly)
            CheckDeadLetters(shard, request);
        if (!shard.TryGet(request.Stream, request.Group, out var stream, out var group))
        {
            outcomes.Fill(SettlementOutcome.NotPending);
            return;
        }
        group.TryGetConsumer(request.Owner, out var owner);
        if (NameCommands.IsHeldByAnother(shard, owner, request.Holder))
        {
            outcomes.Fill(SettlementOutcome.NotOwner);
            return;
        }
        var now = acknowledgedOnly ? 0 : shard.Store.Now;
        var deadLetters = default(StreamState);
        // Done, unless found otherwise.
        outcomes.Clear();
        for (var (i, found, run) = (0, 0, 0); i < ids.Length;)
        {
            if (i >= found)
                found = group.Pending.FetchAhead(ids, i);
            if (!group.Pending.TryFind(ids[i], out var place))
            {
                outcomes[i++] = SettlementOutcome.NotPending;
            }
            else if (place.Owner != owner?.Index)
            {
                outcomes[i++] = SettlementOutcome.NotOwner;
            }
            else if (settlements[i].Kind == SettlementKind.Acknowledge)
            {
                run = acknowledgedOnly ? ids.Length : Math.Max(run, i);
                while (run < ids.Length && settlements[run].Kind == SettlementKind.Acknowledge)
                    run++;
                var removed = group.Remove(place, ids[i..run]);
                i += removed;
                shard.Changes += removed;
            }
            else
            {
                if (settlements[i].Kind == SettlementKind.DeadLetter)
                    Append(shard, ref deadLetters, request.DeadLetterStream, settlements[i].DeadLetterFields, now);
                Apply(settlements[i++], stream, group, owner, place, now);
                shard.Changes++;
            }
        }
        ArrayPool<StreamEntryId>.Shared.Return(buffer);
        if (!acknowledgedOnly)
            shard.ServeClaims(stream, group);
        if (deadLetters is not null)
            shard.ServeWaiters(deadLetters);
    }

    private static ReadOnlySpan<StreamEntryId> CopyIds(ReadOnlySpan<Settlement> settlements, Span<StreamEntryId> ids, out bool acknowledgedOnly)
    {
        acknowledgedOnly = true;
        for (var i = 0; i < settlements.Length; i++)
        {
            ids[i] = settlements[i].Id;
            acknowledgedOnly &= settlements[i].Kind == SettlementKind.Acknowledge;
        }
        return ids[..settlements.Length];
    }

    private static void Apply(in Settlement settlement, StreamState stream, GroupState group, ConsumerState owner, in PendingPlace place, long now)
    {
        switch (settlement.Kind)
        {
            case SettlementKind.Renew:
                group.Assign(place, owner, now, place.Delivery.Count);
                break;
            case SettlementKind.Release:
                group.Assign(place, owner, Released, place.Delivery.Count);
                break;
            case SettlementKind.ReleaseUnstarted:
                group.Assign(place, owner, Released, Math.Max(place.Delivery.Count - 1, 0));
                break;
            default:
                group.Remove(place);
                if (settlement.Kind == SettlementKind.AcknowledgeAndDelete)
                    stream.Delete(settlement.Id);
                break;
        }
    }

    private static void Append(Shard shard, ref StreamState? deadLetters, StreamName name, EntryFields fields, long now)
    {
        if (deadLetters is null && !shard.TryGet(name, out deadLetters))
            deadLetters = shard.Create(name);
        AppendCommands.TryNextId(deadLetters.LastId, shard.Store.Ids.Bound(now), out var id);
        deadLetters.Append(id, fields.Encoded);
        shard.Changes++;
    }

    // What could fail on the way is refused before anything changes.
    private static void CheckDeadLetters(Shard shard, SettleRequest request)
    {
        var (count, bytes) = (0UL, 0L);
        foreach (var settlement in request.Settlements.Span)
        {
            if (settlement.Kind != SettlementKind.DeadLetter)
                continue;
            if (settlement.DeadLetterFields.EncodedLength == 0)
                throw Errors.Arity("xadd");
            count++;
            bytes += settlement.DeadLetterFields.EncodedLength;
        }
        if (count == 0)
            return;
        if (request.DeadLetterStream.IsEmpty || request.DeadLetterStream.Slot != request.Stream.Slot)
        {
            throw StreamEngineException.InvalidArgument(
                $"the dead-letter stream '{request.DeadLetterStream}' must be of the same hash slot as the stream '{request.Stream}', such as its companion");
        }
        if (shard.TryGet(request.DeadLetterStream, out var stream) && stream.LastId.Milliseconds == ulong.MaxValue
            && stream.LastId.Sequence > ulong.MaxValue - count && stream.LastId.Sequence > ulong.MaxValue - CountDeadLetters(shard, request))
            throw Errors.IdsExhausted();
        // Not held to the largest entry: a dead letter is larger than what it was, and has nowhere else to go.
        if (shard.Store.CheckMemory(shard, bytes) is { } refusal)
            throw refusal;
    }

    // Those that will be appended: of entries that are the owner's, and not settled before in the same request.
    private static ulong CountDeadLetters(Shard shard, SettleRequest request)
    {
        if (!shard.TryGet(request.Stream, request.Group, out _, out var group) || !group.TryGetConsumer(request.Owner, out var owner))
            return 0;
        var (count, settled) = (0UL, new HashSet<StreamEntryId>());
        foreach (var settlement in request.Settlements.Span)
        {
            if (settlement.Kind is SettlementKind.Acknowledge or SettlementKind.AcknowledgeAndDelete or SettlementKind.DeadLetter
                && group.Pending.TryFind(settlement.Id, out var place) && place.Owner == owner.Index
                && settled.Add(settlement.Id) && settlement.Kind == SettlementKind.DeadLetter)
                count++;
        }
        return count;
    }
}
