namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>
/// The specification as a program, so plain that it can be checked by reading: what randomly chosen commands are held against. It waits
/// for nothing and locks nothing.
/// </summary>
internal sealed class ReferenceEngine(EngineTraits traits, Func<DateTimeOffset> clock) : IStreamEngine
{
    private readonly Dictionary<StreamName, ReferenceStream> _streams = [];

    private long Now => clock().ToUnixTimeMilliseconds();

    /// <summary>The last id of a stream, 0-0 where there is none.</summary>
    public StreamEntryId LastId(StreamName stream) => _streams.TryGetValue(stream, out var found) ? found.LastId : default;

    public ValueTask<StreamEntryId?> AppendAsync(StreamName stream, in AppendEntry entry, AppendOptions? options = null, CancellationToken cancellation = default)
    {
        var results = new AppendResult[1];
        Append(stream, [entry], results, options ?? AppendOptions.Default);
        return Answer(results[0]);
    }

    public ValueTask<StreamEntryId?> AppendOnceAsync(
        StreamName stream, in AppendEntry entry, IdempotencyKey key, AppendOptions? options = null, CancellationToken cancellation = default)
    {
        var known = key.Id?.ToString() ?? string.Join('|', FieldsOf(entry).Order(StringComparer.Ordinal));
        if (_streams.TryGetValue(stream, out var found) && found.Appends.Find(key.Producer, known, Now) is { } id)
        {
            found.Appends.Duplicates++;
            return new(id);
        }
        var results = new AppendResult[1];
        Append(stream, [entry], results, options ?? AppendOptions.Default);
        if (results[0].Status == AppendStatus.Stored)
            _streams[stream].Appends.Add(key.Producer, known, results[0].Id);
        return Answer(results[0]);
    }

    public ValueTask AppendAsync(
        StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions? options = null, CancellationToken cancellation = default)
    {
        Append(stream, entries.Span, results.Span, options ?? AppendOptions.Default);
        return default;
    }

    public ValueTask<EntryBatch> ReadAsync(ReadRequest request, CancellationToken cancellation = default)
    {
        var reply = new EntryBatchBuilder();
        foreach (var (name, position) in request.Streams)
        {
            if (!_streams.TryGetValue(name, out var stream))
                continue;
            StreamEntryId[] ids = position.Kind switch
            {
                ReadPositionKind.End => [],
                ReadPositionKind.Last => [.. stream.Entries.Keys.TakeLast(1)],
                _ => [.. Limit(stream.After(position.Id), request.Count)],
            };
            if (ids.Length > 0)
                reply.BeginStream(name);
            foreach (var id in ids)
                reply.Add(new(id, stream.Entries[id]));
        }
        return new(reply.Build());
    }

    public ValueTask<EntryBatch> ReadGroupAsync(ReadGroupRequest request, CancellationToken cancellation = default) => Run(() =>
    {
        foreach (var (name, _) in request.Streams)
            Find(name, request.Group, EngineError.NoGroupToRead(name, request.Group));
        var reply = new EntryBatchBuilder();
        foreach (var (name, position) in request.Streams)
        {
            var (stream, group) = Find(name, request.Group, default);
            var consumer = group.See(request.Consumer, Now);
            if (position.Kind == ReadPositionKind.Undelivered)
            {
                ReadNew(request, stream, group, consumer, name, reply);
                continue;
            }
            ReadHistory(request, stream, group, position.Id, name, reply);
            // As Redis does, for the streams after it, too.
            request = request with { ClaimMinIdle = null };
        }
        return reply.Build();
    });

    public ValueTask<long> AcknowledgeAsync(StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default) =>
        new(TryFind(stream, group) is var (_, found) ? ids.ToArray().Count(found.Pending.Remove) : 0);

    public ValueTask AcknowledgeAndDeleteAsync(
        StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes,
        CancellationToken cancellation = default)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            outcomes.Span[i] = DeletionOutcome.NotFound;
            if (TryFind(stream, group) is var (found, inside) && inside.Pending.Remove(ids.Span[i]))
                outcomes.Span[i] = found.Delete(ids.Span[i], references) == DeletionOutcome.Kept ? DeletionOutcome.Kept : DeletionOutcome.Deleted;
        }
        return default;
    }

    public ValueTask SettleAsync(SettleRequest request, Memory<SettlementOutcome> outcomes, CancellationToken cancellation = default)
    {
        var found = TryFind(request.Stream, request.Group);
        for (var i = 0; i < outcomes.Length; i++)
            outcomes.Span[i] = found is var (stream, group) ? Settle(request, request.Settlements.Span[i], stream, group) : SettlementOutcome.NotPending;
        return default;
    }

    public ValueTask<long> NackAsync(NackRequest request, CancellationToken cancellation = default) => Run(() =>
    {
        var (stream, group) = Find(request.Stream, request.Group, EngineError.NoGroup(request.Stream, request.Group));
        var count = 0L;
        foreach (var id in request.Ids.Span)
        {
            if (!group.Pending.TryGetValue(id, out var pending) && !(request.Force && stream.Entries.ContainsKey(id)))
                continue;
            var by = request.Mode switch
            {
                NackMode.Silent => Math.Max(0, (pending?.Count ?? 0) - 1),
                NackMode.Fail => pending?.Count ?? 0,
                _ => long.MaxValue,
            };
            group.Pending[id] = new(default, 0, request.DeliveryCount ?? by) { Turn = ++group.LastTurn };
            count++;
        }
        return count;
    });

    public ValueTask<EntryBatch> ClaimAsync(ClaimRequest request, CancellationToken cancellation = default) => Run(() =>
    {
        var (stream, group) = Find(request.Stream, request.Group, EngineError.NoGroup(request.Stream, request.Group));
        var consumer = group.See(request.Consumer, Now);
        if (request.LastId > group.LastId)
            group.LastId = request.LastId.Value;
        var asked = request.Idle is { } idle ? Now - (long)idle.TotalMilliseconds : request.DeliveredAt?.ToUnixTimeMilliseconds() ?? Now;
        var deliveredAt = asked < 0 ? Now : Math.Min(Now, asked);
        var reply = new EntryBatchBuilder();
        reply.BeginStream(request.Stream);
        foreach (var id in request.Ids.Span)
        {
            group.Pending.TryGetValue(id, out var pending);
            if (request.ExpectedOwner is { } owner && (pending?.Owner != owner || pending.Turn > 0))
                continue;
            if (!stream.Entries.TryGetValue(id, out var fields))
            {
                group.Pending.Remove(id);
                continue;
            }
            if (pending is null ? !request.Force : !pending.IsIdle(Now, request.MinIdle))
                continue;
            var count = request.DeliveryCount ?? (request.JustIds ? pending?.Count ?? 1 : pending?.CountAfter ?? 2);
            group.Pending[id] = new(consumer.Name, deliveredAt, count);
            consumer.ActiveAt = Now;
            reply.Add(new(id, request.JustIds ? default : fields, count, Since(pending?.DeliveredAt ?? Now)));
        }
        return reply.Build();
    });

    public ValueTask<AutoClaimResult> AutoClaimAsync(AutoClaimRequest request, CancellationToken cancellation = default) => Run(() =>
    {
        var (stream, group) = Find(request.Stream, request.Group, EngineError.NoGroup(request.Stream, request.Group));
        var consumer = group.See(request.Consumer, Now);
        var scan = new Queue<StreamEntryId>(group.Pending.Keys.Where(id => Within(id, request.Start, RangeBound.Max)));
        var (left, looks) = (request.Count, 10 * request.Count);
        List<StreamEntryId> deleted = [];
        var reply = new EntryBatchBuilder();
        reply.BeginStream(request.Stream);
        for (; left > 0 && looks > 0 && scan.TryDequeue(out var id); looks--)
        {
            var pending = group.Pending[id];
            if (!stream.Entries.TryGetValue(id, out var fields))
            {
                group.Pending.Remove(id);
                deleted.Add(id);
                left--;
            }
            else if (pending.IsIdle(Now, request.MinIdle))
            {
                var count = request.JustIds ? pending.Count : pending.CountAfter;
                group.Pending[id] = new(consumer.Name, Now, count);
                consumer.ActiveAt = Now;
                reply.Add(new(id, request.JustIds ? default : fields, count, Since(pending.DeliveredAt)));
                left--;
            }
        }
        return new AutoClaimResult(scan.TryPeek(out var next) ? next : default, reply.Build(), deleted);
    });

    public ValueTask<PendingSummary> GetPendingSummaryAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) => Run(() =>
    {
        var (_, found) = Find(stream, group, EngineError.NoGroup(stream, group));
        var ids = found.Pending.Keys;
        var consumers = found.Consumers.Keys.Select(name => (name, found.Of(name).LongCount())).Where(consumer => consumer.Item2 > 0);
        return new PendingSummary(ids.Count, ids.Count > 0 ? ids.First() : null, ids.Count > 0 ? ids.Last() : null, [.. consumers]);
    });

    public ValueTask<IReadOnlyList<PendingEntry>> GetPendingAsync(PendingRequest request, CancellationToken cancellation = default) => Run<IReadOnlyList<PendingEntry>>(() =>
    [
        .. Find(request.Stream, request.Group, EngineError.NoGroup(request.Stream, request.Group)).Group.Pending
            .Where(pending => Within(pending.Key, request.Start, request.End) && (request.Consumer is not { } owner || pending.Value.Owner == owner))
            .Select(pending => new PendingEntry(
                pending.Key, pending.Value.Owner, pending.Value.Turn > 0 ? PendingEntry.UnownedIdle : Since(pending.Value.DeliveredAt), pending.Value.Count))
            .Where(pending => pending.Idle == PendingEntry.UnownedIdle || pending.Idle >= request.MinIdle)
            .Take(Math.Max(request.Count, 0)),
    ]);

    public ValueTask<EntryBatch> RangeAsync(
        StreamName stream, RangeBound start, RangeBound end, int? count = null, bool reverse = false, CancellationToken cancellation = default)
    {
        var reply = new EntryBatchBuilder();
        reply.BeginStream(stream);
        if (_streams.TryGetValue(stream, out var found))
        {
            var entries = found.Entries.Where(entry => Within(entry.Key, start, end));
            foreach (var (id, fields) in (reverse ? entries.Reverse() : entries).Take(Math.Max(count ?? int.MaxValue, 0)))
                reply.Add(new(id, fields));
        }
        return new(reply.Build());
    }

    public ValueTask<long> DeleteAsync(StreamName stream, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default) =>
        new(_streams.TryGetValue(stream, out var found) ? ids.ToArray().Count(found.Delete) : 0);

    public ValueTask DeleteAsync(
        StreamName stream, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes, CancellationToken cancellation = default)
    {
        for (var i = 0; i < ids.Length; i++)
            outcomes.Span[i] = _streams.TryGetValue(stream, out var found) ? found.Delete(ids.Span[i], references) : DeletionOutcome.NotFound;
        return default;
    }

    public ValueTask MoveAsync(MoveRequest request, Memory<StreamEntryId?> newIds, CancellationToken cancellation = default) => Run(() =>
    {
        newIds.Span.Clear();
        if (!_streams.TryGetValue(request.Source, out var source))
            return;
        var there = request.Entries.ToArray().DistinctBy(entry => entry.Id).Where(entry => source.Entries.ContainsKey(entry.Id)).ToList();
        Refuse(
            LastId(request.Destination) is { Milliseconds: ulong.MaxValue, Sequence: var last } && last > ulong.MaxValue - (ulong)there.Count, EngineError.IdsExhausted);
        foreach (var entry in there)
        {
            newIds.Span[request.Entries.Span.IndexOf(entry)] = Append(request.Destination, new(entry.Fields), AppendOptions.Default).Id;
            source.Delete(entry.Id);
        }
    });

    public ValueTask<long> TrimAsync(StreamName stream, StreamTrim trim, CancellationToken cancellation = default) =>
        new(_streams.TryGetValue(stream, out var found) ? found.Trim(trim) : 0);

    public ValueTask<long> GetLengthAsync(StreamName stream, CancellationToken cancellation = default) =>
        new(_streams.TryGetValue(stream, out var found) ? found.Entries.Count : 0);

    public ValueTask SetIdAsync(
        StreamName stream, StreamEntryId lastId, long? entriesAdded = null, StreamEntryId? maxDeletedId = null, CancellationToken cancellation = default) => Run(() =>
    {
        Refuse(maxDeletedId > lastId, EngineError.SetIdBelowGivenDeleted);
        var found = Find(stream, EngineError.NoKey);
        Refuse(lastId < found.MaxDeletedId, EngineError.SetIdBelowDeleted);
        Refuse(found.Entries.Count > 0 && lastId < found.Entries.Keys.Last(), EngineError.SetIdBelowTop);
        Refuse(entriesAdded < found.Entries.Count, EngineError.EntriesAddedBelowLength);
        found.LastId = lastId;
        found.EntriesAdded = entriesAdded ?? found.EntriesAdded;
        found.MaxDeletedId = maxDeletedId is { } deleted && deleted != default ? deleted : found.MaxDeletedId;
    });

    public ValueTask SetIdempotencyAsync(StreamName stream, TimeSpan? duration = null, int? maxIds = null, CancellationToken cancellation = default) => Run(() =>
    {
        var found = Find(stream, EngineError.NoKey);
        var (time, most) = ((long?)duration?.TotalMilliseconds ?? found.Appends.Duration, maxIds ?? found.Appends.MaxIds);
        if ((time, most) != (found.Appends.Duration, found.Appends.MaxIds))
            found.Appends.Remembered.Clear();
        (found.Appends.Duration, found.Appends.MaxIds) = (time, most);
    });

    public ValueTask RecordIdempotencyAsync(StreamName stream, IdempotencyKey key, StreamEntryId id, CancellationToken cancellation = default) => Run(() =>
    {
        var found = Find(stream, EngineError.NoKey);
        Refuse(!found.Entries.ContainsKey(id), EngineError.NoSuchEntry);
        var known = found.Appends.Find(key.Producer, $"{key.Id}", Now);
        Refuse(known is not null && known != id, EngineError.KnownByOther);
        if (known is null)
            found.Appends.Add(key.Producer, $"{key.Id}", id);
    });

    public ValueTask<bool> DeleteStreamAsync(StreamName stream, CancellationToken cancellation = default) => new(_streams.Remove(stream));

    public ValueTask CreateGroupAsync(
        StreamName stream, StreamName group, GroupPosition position, bool createStream = false, long? entriesRead = null, CancellationToken cancellation = default) => Run(() =>
    {
        Refuse(!createStream && !_streams.ContainsKey(stream), EngineError.GroupNeedsKey);
        var found = FindOrCreate(stream);
        Refuse(found.Groups.ContainsKey(group), EngineError.GroupExists);
        found.Groups.Add(group, new() { LastId = position.Id ?? found.LastId, EntriesRead = Known(entriesRead, found) });
    });

    public ValueTask SetGroupIdAsync(StreamName stream, StreamName group, GroupPosition position, long? entriesRead = null, CancellationToken cancellation = default) => Run(() =>
    {
        var (found, inside) = FindInside(stream, group);
        (inside.LastId, inside.EntriesRead) = (position.Id ?? found.LastId, Known(entriesRead, found));
    });

    public ValueTask<bool> DestroyGroupAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) =>
        Run(() => Find(stream, EngineError.GroupNeedsKey).Groups.Remove(group));

    public ValueTask<bool> CreateConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default) =>
        Run(() => FindInside(stream, group).Group.Consumers.TryAdd(consumer, new(consumer) { SeenAt = Now }));

    public ValueTask<long> DeleteConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default) => Run(() =>
    {
        var inside = FindInside(stream, group).Group;
        StreamEntryId[] dropped = [.. inside.Of(consumer).Select(pending => pending.Key)];
        foreach (var id in dropped)
            inside.Pending.Remove(id);
        inside.Consumers.Remove(consumer);
        return (long)dropped.Length;
    });

    public ValueTask<HoldResult> HoldConsumerAsync(HoldRequest request, CancellationToken cancellation = default) =>
        Run(() => ReferenceNames.Hold(Find(request.Stream, request.Group, EngineError.NoGroup(request.Stream, request.Group)).Group, request, Now));

    public ValueTask<bool> LeaveConsumerAsync(StreamName stream, StreamName group, StreamName consumer, StreamName holder, CancellationToken cancellation = default) =>
        new(TryFind(stream, group) is not var (_, found) || ReferenceNames.Leave(found, consumer, holder, Now));

    public ValueTask<IReadOnlyList<StreamName>> CollectConsumersAsync(StreamName stream, StreamName group, TimeSpan minIdle, CancellationToken cancellation = default) =>
        Run(() => ReferenceNames.Collect(Find(stream, group, EngineError.NoGroup(stream, group)).Group, minIdle, Now));

    /// <summary>When a consumer was last seen, where an engine may have forgotten that.</summary>
    public void SetSeen(StreamName stream, StreamName group, StreamName consumer, long seenAt) => TryFind(stream, group)!.Value.Group.Consumers[consumer].SeenAt = seenAt;

    /// <summary>A call by which a name is left, or is so no more, may have happened or not, and no question shows which, since nobody holds it now.</summary>
    public void DoubtWhetherLeft(StreamName stream, StreamName group, StreamName consumer, bool afterwards)
    {
        if (TryFind(stream, group) is var (_, found) && found.Consumers.TryGetValue(consumer, out var its) && its.IsLeft != afterwards && its.HoldAt(Now) is null)
            its.IsLeft = null;
    }

    /// <summary>Consumers were collected: who of them was in doubt had been left, and of the others who could have been collected had not.</summary>
    public void SettleDoubts(StreamName stream, StreamName group, Func<StreamName, bool> isCollected)
    {
        if (TryFind(stream, group) is not var (_, found))
            return;
        foreach (var consumer in found.Consumers.Values.Where(consumer => consumer.IsLeft is null && !found.Of(consumer.Name).Any()))
            consumer.IsLeft = isCollected(consumer.Name);
    }

    public ValueTask<StreamInfo> GetStreamInfoAsync(StreamName stream, CancellationToken cancellation = default) => Run(() =>
    {
        var found = Find(stream, EngineError.NoKey);
        return new StreamInfo
        {
            Length = found.Entries.Count,
            LastGeneratedId = found.LastId,
            MaxDeletedEntryId = found.MaxDeletedId,
            EntriesAdded = found.EntriesAdded,
            RecordedFirstEntryId = found.FirstId,
            Groups = found.Groups.Count,
            Idempotency = found.Appends.Describe(Now),
            FirstEntry = found.Entries.Count > 0 ? new(found.Entries.First().Key, found.Entries.First().Value) : null,
            LastEntry = found.Entries.Count > 0 ? new(found.Entries.Last().Key, found.Entries.Last().Value) : null,
        };
    });

    public ValueTask<IReadOnlyList<GroupInfo>> GetGroupsAsync(StreamName stream, CancellationToken cancellation = default) => Run<IReadOnlyList<GroupInfo>>(() =>
    {
        var found = Find(stream, EngineError.NoKey);
        return [.. found.Groups.Select(g => new GroupInfo(g.Key, g.Value.Consumers.Count, g.Value.Pending.Count, g.Value.LastId, g.Value.EntriesRead, found.Lag(g.Value)))];
    });

    public ValueTask<IReadOnlyList<ConsumerInfo>> GetConsumersAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) => Run<IReadOnlyList<ConsumerInfo>>(() =>
    {
        Find(stream, EngineError.NoKey);
        var inside = FindInside(stream, group).Group;
        return [.. inside.Consumers.Values.Select(c => new ConsumerInfo(c.Name, inside.Of(c.Name).Count(), Since(c.SeenAt), c.ActiveAt is { } at ? Since(at) : null))];
    });

    private void Append(StreamName stream, ReadOnlySpan<AppendEntry> entries, Span<AppendResult> results, AppendOptions options)
    {
        var stored = false;
        for (var i = 0; i < entries.Length; i++)
        {
            results[i] = Append(stream, entries[i], options);
            stored |= results[i].Status == AppendStatus.Stored;
        }
        if (stored && options.Trim is { } trim)
            _streams[stream].Trim(trim);
    }

    private static ValueTask<StreamEntryId?> Answer(AppendResult result) =>
        result.Error is { } error ? ValueTask.FromException<StreamEntryId?>(error) : new(result.Status == AppendStatus.Stored ? result.Id : null);

    private static List<string> FieldsOf(AppendEntry entry)
    {
        List<string> fields = [];
        foreach (var field in entry.Fields)
            fields.Add($"{Convert.ToHexString(field.Name)}={Convert.ToHexString(field.Value)}");
        return fields;
    }

    private AppendResult Append(StreamName name, AppendEntry entry, AppendOptions options)
    {
        if (entry.Id.Kind == NewEntryIdKind.Explicit && entry.Id.Id == default)
            return Refused(EngineError.IdIsZero);
        if (!_streams.ContainsKey(name) && !options.CreateStream)
            return new(AppendStatus.NoStream, default);
        var stream = _streams.GetValueOrDefault(name) ?? new();
        if (stream.ChooseId(entry.Id, Now, out var id) is { } error)
            return Refused(error);
        _streams[name] = stream;
        stream.Append(id, entry.Fields);
        return new(AppendStatus.Stored, id);
    }

    private static AppendResult Refused(EngineError error) => new(AppendStatus.NotStored, default, new(error.Code, error.Text));

    private void ReadNew(ReadGroupRequest request, ReferenceStream stream, ReferenceGroup group, ReferenceConsumer consumer, StreamName name, EntryBatchBuilder reply)
    {
        var old = group.Pending
            .Where(pending => request.ClaimMinIdle is { } minIdle && pending.Value.IsIdle(Now, minIdle) && stream.Entries.ContainsKey(pending.Key))
            .OrderBy(pending => pending.Value.Turn > 0 ? -1 : pending.Value.DeliveredAt).ThenBy(pending => pending.Value.Turn).Select(pending => pending.Key);
        StreamEntryId[] claimed = [.. Limit(old, request.Count)];
        StreamEntryId[] ids = [.. Limit(claimed.Concat(stream.After(group.LastId)), request.Count).Skip(claimed.Length)];
        if (claimed.Length + ids.Length > 0)
            reply.BeginStream(name);
        foreach (var id in claimed)
        {
            var before = group.Pending[id];
            group.Pending[id] = new(consumer.Name, Now, before.CountAfter);
            consumer.ActiveAt = Now;
            reply.Add(new(id, stream.Entries[id], before.CountAfter, Since(before.DeliveredAt)));
        }
        foreach (var id in ids)
        {
            stream.Deliver(group, id);
            reply.Add(new(id, stream.Entries[id], deliveryCount: 1));
            if (request.NoAcknowledge)
                continue;
            group.Pending[id] = new(consumer.Name, Now, 1);
            consumer.ActiveAt = Now;
        }
    }

    private void ReadHistory(ReadGroupRequest request, ReferenceStream stream, ReferenceGroup group, StreamEntryId after, StreamName name, EntryBatchBuilder reply)
    {
        reply.BeginStream(name);
        foreach (var id in Limit(group.Of(request.Consumer).Select(pending => pending.Key).Where(id => id > after), request.Count).ToList())
        {
            var pending = group.Pending[id];
            var exists = stream.Entries.TryGetValue(id, out var fields);
            if (exists)
                group.Pending[id] = pending with { DeliveredAt = Now, Count = pending.CountAfter };
            reply.Add(new(id, fields, group.Pending[id].Count, Since(pending.DeliveredAt)));
        }
    }

    private SettlementOutcome Settle(SettleRequest request, Settlement settlement, ReferenceStream stream, ReferenceGroup group)
    {
        var id = settlement.Id;
        if (!request.Holder.IsEmpty && group.Consumers.GetValueOrDefault(request.Owner)?.HoldAt(Now) is { } hold && hold.Holder != request.Holder)
            return SettlementOutcome.NotOwner;
        if (!group.Pending.TryGetValue(id, out var pending))
            return SettlementOutcome.NotPending;
        if (pending.Owner != request.Owner)
            return SettlementOutcome.NotOwner;
        var held = settlement.Kind switch
        {
            SettlementKind.Renew => pending with { DeliveredAt = Now },
            SettlementKind.Release => pending with { DeliveredAt = 0 },
            SettlementKind.ReleaseUnstarted => pending with { DeliveredAt = 0, Count = Math.Max(0, pending.Count - 1) },
            _ => null,
        };
        if (held is not null && (traits.RenewsGoneEntries || stream.Entries.ContainsKey(id)))
            group.Pending[id] = held;
        else
            group.Pending.Remove(id);
        if (settlement.Kind == SettlementKind.AcknowledgeAndDelete)
            stream.Delete(id);
        if (settlement.Kind == SettlementKind.DeadLetter)
            Append(request.DeadLetterStream, new(settlement.DeadLetterFields), AppendOptions.Default);
        return SettlementOutcome.Done;
    }

    private long? Known(long? entriesRead, ReferenceStream stream) =>
        entriesRead is -1 ? null : traits.CapsEntriesRead && entriesRead > stream.EntriesAdded ? stream.EntriesAdded : entriesRead;

    private TimeSpan Since(long time) => TimeSpan.FromMilliseconds(Now - time);

    private static IEnumerable<StreamEntryId> Limit(IEnumerable<StreamEntryId> ids, int? count) => count > 0 ? ids.Take(count.Value) : ids;

    private static bool Within(StreamEntryId id, RangeBound start, RangeBound end) =>
        (start.Exclusive ? id > start.Id : id >= start.Id) && (end.Exclusive ? id < end.Id : id <= end.Id);

    private ReferenceStream FindOrCreate(StreamName name)
    {
        if (!_streams.TryGetValue(name, out var stream))
            _streams.Add(name, stream = new());
        return stream;
    }

    private ReferenceStream Find(StreamName name, EngineError error)
    {
        Refuse(!_streams.TryGetValue(name, out var stream), error);
        return stream!;
    }

    private (ReferenceStream Stream, ReferenceGroup Group) Find(StreamName name, StreamName group, EngineError error)
    {
        var found = TryFind(name, group);
        Refuse(found is null, error);
        return found!.Value;
    }

    private (ReferenceStream Stream, ReferenceGroup Group) FindInside(StreamName name, StreamName group)
    {
        Find(name, EngineError.GroupNeedsKey);
        return Find(name, group, EngineError.NoGroupInStream(name, group));
    }

    private (ReferenceStream Stream, ReferenceGroup Group)? TryFind(StreamName name, StreamName group) =>
        _streams.TryGetValue(name, out var stream) && stream.Groups.TryGetValue(group, out var found) ? (stream, found) : null;

    private static void Refuse(bool refused, EngineError error)
    {
        if (refused)
            throw new StreamEngineException(error.Code, error.Text);
    }

    private static ValueTask Run(Action command)
    {
        var done = Run(() =>
        {
            command();
            return true;
        });
        return done.IsCompletedSuccessfully ? default : new(done.AsTask());
    }

    private static ValueTask<T> Run<T>(Func<T> command)
    {
        try
        {
            return new(command());
        }
        catch (StreamEngineException refusal)
        {
            return ValueTask.FromException<T>(refusal);
        }
    }
}
