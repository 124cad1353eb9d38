using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// RESTORE: makes the stream of a dump, for itself and for nobody to see. The dump comes from outside, so nothing in it is taken for granted: each change is one that could have come about.
/// </summary>
internal sealed class DumpedStream : IDisposable
{
    private readonly StreamStore _store;
    private readonly MemoryMeter _meter = new();
    private readonly Dictionary<long, GroupState> _groups = [];
    // By the indexes that they have in the dump.
    private readonly Dictionary<(long Group, long Index), ConsumerState> _consumers = [];
    private readonly long _now;
    private StreamState? _stream;
    private long _number;

    private DumpedStream(StreamStore store) => (_store, _now) = (store, store.Now);

    public StreamState Stream => _stream!;

    /// <exception cref="StreamEngineException">It is no dump, is damaged, or there is not enough memory.</exception>
    public static DumpedStream Read(StreamStore store, ReadOnlySpan<byte> dump)
    {
        var changes = StreamDump.Open(dump);
        var dumped = new DumpedStream(store);
        try
        {
            dumped.Apply(changes);
            return dumped;
        }
        catch (Exception bad) when (bad is IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            // It ends within a change, or tells of lengths that are none.
            dumped.Dispose();
            throw Bad();
        }
        catch
        {
            dumped.Dispose();
            throw;
        }
    }

    public void Dispose() => _stream?.Clear();

    private static StreamEngineException Bad() => StreamEngineException.InvalidArgument("Bad data format");

    private static void Check(bool isGood)
    {
        if (!isGood)
            throw Bad();
    }

    private void Apply(ReadOnlySpan<byte> changes)
    {
        for (var reader = new ChangeReader(changes); !reader.IsAtEnd;)
        {
            Apply(reader.ReadKind(), reader.ReadSubject(), ref reader);
            if (_store.IsFull(_meter.Used))
                throw Errors.OutOfMemory(_store.Meter.Used, _store.Options.MaxMemory!.Value);
        }
        Check(_stream is not null);
    }

    private void Apply(ChangeKind kind, long number, ref ChangeReader reader)
    {
        switch (kind)
        {
            case ChangeKind.StreamCreated:
                Check(_stream is null);
                (_stream, _number) = (new(reader.ReadName(), number, _store.Grain, _meter, null), number);
                break;
            case ChangeKind.Appended:
                Append(StreamOf(number), reader.ReadId(), reader.ReadBytes());
                break;
            case ChangeKind.IdsSet:
                SetIds(StreamOf(number), reader.ReadId(), reader.ReadNumber(), reader.ReadId());
                break;
            case ChangeKind.IdempotencySet:
                SetIdempotency(StreamOf(number), reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber(), reader.ReadNumber());
                break;
            case ChangeKind.AppendedOnce:
                HasAppended(StreamOf(number), reader.ReadName(), reader.ReadName(), reader.ReadId(), Past(reader.ReadTime()));
                break;
            case ChangeKind.GroupCreated:
                AddGroup(StreamOf(number), reader.ReadSubject(), reader.ReadName(), reader.ReadId(), reader.ReadCount());
                break;
            case ChangeKind.ConsumerCreated:
                AddConsumer(number, reader.ReadNumber(), reader.ReadName(), Past(reader.ReadTime()));
                break;
            case ChangeKind.ConsumerActive:
                ConsumerOf(number, reader.ReadNumber()).ActiveAt = reader.ReadTime() is >= 0 and var at ? Past(at) : ConsumerState.Never;
                break;
            case ChangeKind.Assigned:
                Assign(number, reader.ReadId(), reader.ReadNumber(), Past(reader.ReadTime()), reader.ReadNumber());
                break;
            default:
                throw Bad();
        }
    }

    private void Append(StreamState stream, StreamEntryId id, ReadOnlySpan<byte> encoded)
    {
        Check(id > stream.LastId && _groups.Count == 0 && !encoded.IsEmpty);
        if (encoded.Length > _store.Options.MaxEntryBytes)
            throw Errors.EntryTooLarge(encoded.Length, _store.Options.MaxEntryBytes);
        EntryFields.FromEncoded(encoded.ToArray());
        stream.Append(id, encoded);
    }

    private static void SetIds(StreamState stream, StreamEntryId last, long added, StreamEntryId maxDeleted)
    {
        Check(last >= stream.LastId && added >= stream.Log.Count && maxDeleted <= last);
        stream.SetIds(last, added, maxDeleted);
    }

    private static void SetIdempotency(StreamState stream, long duration, long maxIds, long added, long duplicates)
    {
        Check(IdempotencyLimits.IsDuration(TimeSpan.FromMilliseconds(duration)) && IdempotencyLimits.IsMaxIds(maxIds) && added is >= 0 and <= long.MaxValue / 2 && duplicates is >= 0 and <= long.MaxValue / 2);
        stream.SetIdempotency(new(duration, (int)maxIds), added, duplicates);
    }

    private static void HasAppended(StreamState stream, StreamName producer, StreamName key, StreamEntryId id, long at)
    {
        Check(!producer.IsEmpty && !key.IsEmpty && id <= stream.LastId && stream.Idempotency?.Find(producer, key) is null);
        stream.HasAppended(producer, key, id, at);
    }

    private void AddGroup(StreamState stream, long number, StreamName name, StreamEntryId lastId, long? read)
    {
        Check(!_groups.ContainsKey(number) && !stream.TryGetGroup(name, out _));
        _groups.Add(number, stream.AddGroup(name, number, lastId, read));
    }

    private void AddConsumer(long number, long index, StreamName name, long seenAt)
    {
        var group = GroupOf(number);
        Check(!_consumers.ContainsKey((number, index)) && !group.TryGetConsumer(name, out _));
        _consumers.Add((number, index), group.AddConsumer(name, seenAt));
    }

    private void Assign(long number, StreamEntryId id, long owner, long at, long count)
    {
        var group = GroupOf(number);
        Check(count >= 0 && !group.Pending.TryFind(id, out _));
        if (owner == Delivery.Nobody)
            group.Disown(id, count);
        else
            group.AddPending(id, ConsumerOf(number, owner), at, count);
    }

    // What was dumped by a clock that is ahead was done by now.
    private long Past(long time) => Math.Clamp(time, 0, _now);

    private StreamState StreamOf(long number)
    {
        Check(_stream is not null && number == _number);
        return _stream!;
    }

    private GroupState GroupOf(long number) => _groups.TryGetValue(number, out var group) ? group : throw Bad();

    private ConsumerState ConsumerOf(long number, long index) => _consumers.TryGetValue((number, index), out var consumer) ? consumer : throw Bad();
}
