using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// Makes again what a checkpoint and the records after it tell, by the model's own methods. Each stream in a checkpoint is as of a sequence of its own: what records up to
/// there tell of it is passed over.
/// </summary>
/// <param name="store">Where.</param>
/// <param name="lost">Is told, in a repair, what entries are damaged, which are left out then; null where damage is an error.</param>
internal sealed class ChangeReplay(StreamStore store, Action<string>? lost = null) : IJournalReplay
{
    private readonly Dictionary<long, (StreamState Stream, long AsOf)> _streams = [];
    private readonly Dictionary<long, GroupState> _groups = [];
    private IChunkStore? _chunks;
    private long _sequence;
    private long _checkpointEnd;
    private long _lastRecord;
    private long _asOf;
    private bool _hasLost;

    public void Begin(IChunkStore chunks) => store.KeepChunks(_chunks = chunks);

    public void LoadPart(ReadOnlySpan<byte> part) => Apply(long.MaxValue, part);

    public void Replay(long sequence, ReadOnlySpan<byte> changes)
    {
        _lastRecord = sequence;
        Apply(sequence, changes);
    }

    public void CheckpointLoaded(long sequence) => _lastRecord = sequence;

    /// <summary>
    /// Whether another checkpoint is needed before anything else: the records end before what this one knows, as a repair has cut them off, so that their numbers are about to be given again;
    /// or it tells of entries that are lost.
    /// </summary>
    public bool NeedsCheckpoint => _checkpointEnd > _lastRecord || _hasLost;

    /// <summary>All is there: from now on the streams tell what changes.</summary>
    public void Complete()
    {
        foreach (var (stream, _) in _streams.Values)
            stream.Changes = store.ShardOf(stream.Name).WriteChanges();
    }

    private void Apply(long sequence, ReadOnlySpan<byte> changes)
    {
        _sequence = sequence;
        for (var reader = new ChangeReader(changes); !reader.IsAtEnd;)
        {
            var kind = reader.ReadKind();
            var number = reader.ReadSubject();
            if (kind >= ChangeKind.StreamAsOf)
                Note(kind, number, ref reader);
            else if (kind > ChangeKind.Acknowledged)
                ApplyToConsumer(kind, number, ref reader);
            else if (kind > ChangeKind.GroupCreated)
                ApplyToGroup(kind, number, ref reader);
            else
                ApplyToStream(kind, number, ref reader);
        }
    }

    private void Note(ChangeKind kind, long number, ref ChangeReader reader)
    {
        if (kind == ChangeKind.StreamAsOf)
            _asOf = reader.ReadNumber();
        else if (kind == ChangeKind.ChunkStored)
            Add(number, reader.ReadChunk());
        else if (kind == ChangeKind.CheckpointEnd)
            (_checkpointEnd, _asOf) = (number, 0);
        else
            throw Unknown(kind, number);
    }

    private void ApplyToStream(ChangeKind kind, long number, ref ChangeReader reader)
    {
        switch (kind)
        {
            case ChangeKind.StreamCreated:
                Create(number, reader.ReadName());
                break;
            case ChangeKind.StreamRemoved:
                Remove(FindStream(number));
                break;
            case ChangeKind.Appended:
                var appended = reader.ReadId();
                var fields = reader.ReadBytes();
                FindStream(number)?.Append(appended, fields);
                break;
            case ChangeKind.Deleted:
                var deleted = reader.ReadId();
                FindStream(number)?.Delete(deleted);
                break;
            case ChangeKind.Trimmed:
                Trim(number, reader.ReadId());
                break;
            case ChangeKind.TrimmedOut:
                var trimmed = reader.ReadId();
                FindStream(number)?.TrimOut(trimmed);
                break;
            case ChangeKind.AppendedOnce:
                var (producer, key, given, time) = (reader.ReadName(), reader.ReadName(), reader.ReadId(), reader.ReadTime());
                FindStream(number)?.HasAppended(producer, key, given, time);
                break;
            case ChangeKind.IdempotencySet:
                var (duration, maxIds, known, duplicates) = (reader.ReadNumber(), (int)reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());
                FindStream(number)?.SetIdempotency(new(duration, maxIds), known, duplicates);
                break;
            case ChangeKind.IdsSet:
                var (last, added, maxDeleted) = (reader.ReadId(), reader.ReadNumber(), reader.ReadId());
                FindStream(number)?.SetIds(last, added, maxDeleted);
                break;
            case ChangeKind.GroupCreated:
                var (group, name, position, read) = (reader.ReadSubject(), reader.ReadName(), reader.ReadId(), reader.ReadCount());
                if (FindStream(number) is { } stream)
                    _groups.Add(group, stream.AddGroup(name, group, position, read));
                store.HasNumber(group);
                break;
            default:
                throw Unknown(kind, number);
        }
    }

    private void ApplyToGroup(ChangeKind kind, long number, ref ChangeReader reader)
    {
        switch (kind)
        {
            case ChangeKind.GroupRemoved:
                if (FindGroup(number) is { } removed)
                    Remove(removed);
                break;
            case ChangeKind.PositionSet:
                var (position, read) = (reader.ReadId(), reader.ReadCount());
                FindGroup(number)?.SetPosition(position, read);
                break;
            case ChangeKind.Delivered:
                var (consumer, through, now, pending) = ((int)reader.ReadNumber(), reader.ReadId(), reader.ReadTime(), reader.ReadNumber() != 0);
                if (FindGroup(number) is { } reading)
                    reading.Stream.Deliver(reading, reading.ConsumerAt(consumer), through, now, pending);
                break;
            case ChangeKind.Assigned:
                var (id, owner, at, count) = (reader.ReadId(), (int)reader.ReadNumber(), reader.ReadTime(), reader.ReadNumber());
                if (FindGroup(number) is { } group)
                    Assign(group, id, new(at, count, owner));
                break;
            case ChangeKind.Acknowledged:
                var ids = reader.ReadIds();
                FindGroup(number)?.Acknowledge(ids);
                break;
            default:
                throw Unknown(kind, number);
        }
    }

    private void ApplyToConsumer(ChangeKind kind, long number, ref ChangeReader reader)
    {
        var (group, index) = (FindGroup(number), (int)reader.ReadNumber());
        if (kind == ChangeKind.ConsumerCreated)
        {
            var (name, seenAt) = (reader.ReadName(), reader.ReadTime());
            group?.AddConsumer(name, seenAt, index);
            return;
        }
        var consumer = group?.ConsumerAt(index);
        switch (kind)
        {
            case ChangeKind.ConsumerRemoved:
                if (consumer is not null)
                    group!.RemoveConsumer(consumer);
                break;
            case ChangeKind.ConsumerSeen:
                var seen = reader.ReadTime();
                consumer?.SeenAt = seen;
                break;
            case ChangeKind.ConsumerActive:
                var active = reader.ReadTime();
                consumer?.ActiveAt = active;
                break;
            case ChangeKind.NameHeld:
                var hold = reader.ReadNumber() == 0 ? null : new NameHold(reader.ReadName(), reader.ReadTime(), new(reader.ReadNumber()));
                if (consumer is not null)
                    group!.HoldName(consumer, hold);
                break;
            default:
                throw Unknown(kind, number);
        }
    }

    private static void Assign(GroupState group, StreamEntryId id, Delivery delivery)
    {
        if (delivery.IsUnowned)
            group.Disown(id, delivery.Count);
        else
            group.Assign(id, group.ConsumerAt(delivery.Owner), delivery.At, delivery.Count);
    }

    private void Trim(long number, StreamEntryId firstLeft)
    {
        if (FindStream(number) is { Log: var log } stream)
            stream.Trim(firstLeft == default ? log.Count : log.CountBelow(firstLeft));
    }

    private void Add(long number, StoredChunk chunk)
    {
        if (FindStream(number) is not { } stream)
            return;
        try
        {
            _chunks!.Use(chunk);
        }
        catch (JournalDamagedException damage) when (lost is not null)
        {
            _hasLost = true;
            lost($"{damage.Message} The {chunk.Live} entries from {chunk.FirstId} to {chunk.LastId} of '{stream.Name}' are lost.");
            return;
        }
        stream.Log.Add(chunk);
    }

    // What a checkpoint has under this name it has of later, and then all of it.
    private void Create(long number, StreamName name)
    {
        store.HasNumber(number);
        var shard = store.ShardOf(name);
        if (!shard.TryGet(name, out _))
            _streams.Add(number, (shard.Create(name, number), _asOf));
    }

    private void Remove(StreamState? stream)
    {
        if (stream is null)
            return;
        foreach (var group in stream.Groups)
            _groups.Remove(group.Number);
        _streams.Remove(stream.Number);
        store.ShardOf(stream.Name).Remove(stream);
    }

    private void Remove(GroupState group)
    {
        _groups.Remove(group.Number);
        group.Stream.RemoveGroup(group);
    }

    // What is not there had gone when the checkpoint was made.
    private bool IsOver => _sequence <= _checkpointEnd;

    // Null where the change is made already.
    private StreamState? FindStream(long number)
    {
        if (_streams.TryGetValue(number, out var found))
            return _sequence > found.AsOf ? found.Stream : null;
        return IsOver ? null : throw new IOException($"A record tells of the stream {number}, which nothing before has told of.");
    }

    private GroupState? FindGroup(long number)
    {
        if (_groups.TryGetValue(number, out var group))
            return FindStream(group.Stream.Number) is null ? null : group;
        return IsOver ? null : throw new IOException($"A record tells of the group {number}, which nothing before has told of.");
    }

    private static IOException Unknown(ChangeKind kind, long number) =>
        new($"A record tells of a change of the kind {(byte)kind}, to {number}, that this version does not know.");
}
