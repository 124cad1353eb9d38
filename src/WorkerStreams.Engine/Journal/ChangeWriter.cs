using System.Buffers;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>
/// Writes changes down, one after the other: what becomes one record, or one part of a checkpoint. Whole numbers take 7 bits a byte; ids and times are told by what they
/// differ from those before in the same record. Guarded by the lock of its shard.
/// </summary>
internal sealed class ChangeWriter : IChanges
{
    private const int LongestNumber = 10;
    private const int FirstBytes = 1024;
    private const int KeptBytes = 4 * 1024 * 1024;

    private ArrayBufferWriter<byte> _bytes = new(FirstBytes);
    private StreamEntryId _id;
    private long _time;

    /// <summary>Whether there is anything that has to be safe before it is told of.</summary>
    public bool HasWeight { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.WrittenMemory;

    /// <summary>Begins a record.</summary>
    public void Clear()
    {
        (HasWeight, _id, _time) = (false, default, 0);
        if (_bytes.Capacity <= KeptBytes)
            _bytes.ResetWrittenCount();
        else
            _bytes = new(FirstBytes);
    }

    public void Created(StreamState stream)
    {
        Begin(ChangeKind.StreamCreated, stream.Number);
        Write(stream.Name);
    }

    public void Removed(StreamState stream) => Begin(ChangeKind.StreamRemoved, stream.Number);

    public void Appended(StreamState stream, StreamEntryId id, ReadOnlySpan<byte> encoded)
    {
        Begin(ChangeKind.Appended, stream.Number);
        Write(id);
        Write(encoded);
    }

    /// <summary>Some entries of a chunk were appended, but for those that are marked as deleted.</summary>
    public void Appended(StreamState stream, Chunk chunk, Range entries)
    {
        for (var i = entries.Start.Value; i < entries.End.Value; i++)
        {
            if (!chunk.IsDeleted(i))
                Appended(stream, chunk.IdAt(i), chunk.FieldsAt(i).Encoded);
        }
    }

    public void Deleted(StreamState stream, StreamEntryId id)
    {
        Begin(ChangeKind.Deleted, stream.Number);
        Write(id);
    }

    public void Trimmed(StreamState stream)
    {
        Begin(ChangeKind.Trimmed, stream.Number);
        // 0-0 where none is left.
        Write(stream.Log.FirstId);
    }

    public void TrimmedOut(StreamState stream, StreamEntryId id)
    {
        Begin(ChangeKind.TrimmedOut, stream.Number);
        Write(id);
    }

    public void IdsSet(StreamState stream)
    {
        Begin(ChangeKind.IdsSet, stream.Number);
        Write(stream.LastId);
        Write(stream.EntriesAdded);
        Write(stream.MaxDeletedId);
    }

    public void AppendedOnce(StreamState stream, StreamName producer, StreamName key, StreamEntryId id, long now)
    {
        Begin(ChangeKind.AppendedOnce, stream.Number);
        Write(producer);
        Write(key);
        Write(id);
        WriteTime(now);
    }

    public void IdempotencySet(StreamState stream) => IdempotencySet(stream, stream.Idempotency!.Added);

    /// <summary>All that is remembered of appends that are to be done once.</summary>
    public void Remembered(StreamState stream)
    {
        if (stream.Idempotency is not { } appends)
            return;
        // Each that follows adds to the count.
        IdempotencySet(stream, appends.Added - appends.Count);
        foreach (var (producer, key, id, at) in appends.All)
            AppendedOnce(stream, producer, key, id, at);
    }

    private void IdempotencySet(StreamState stream, long added)
    {
        Begin(ChangeKind.IdempotencySet, stream.Number);
        Write(stream.Idempotency!.Limits.Duration);
        Write(stream.Idempotency.Limits.MaxIds);
        Write(added);
        Write(stream.Idempotency.Duplicates);
    }

    public void Created(GroupState group)
    {
        Begin(ChangeKind.GroupCreated, group.Stream.Number);
        WriteSubject(group.Number);
        Write(group.Name);
        WritePosition(group);
    }

    public void Removed(GroupState group) => Begin(ChangeKind.GroupRemoved, group.Number);

    public void PositionSet(GroupState group)
    {
        Begin(ChangeKind.PositionSet, group.Number);
        WritePosition(group);
    }

    public void Delivered(GroupState group, ConsumerState consumer, StreamEntryId through, long now, bool pending)
    {
        Begin(ChangeKind.Delivered, group.Number);
        Write(consumer.Index);
        Write(through);
        WriteTime(now);
        Write(pending ? 1 : 0);
    }

    public void Created(GroupState group, ConsumerState consumer)
    {
        Begin(ChangeKind.ConsumerCreated, group.Number);
        Write(consumer.Index);
        Write(consumer.Name);
        WriteTime(consumer.SeenAt);
    }

    public void Removed(GroupState group, ConsumerState consumer) => Begin(ChangeKind.ConsumerRemoved, group, consumer);

    public void Seen(GroupState group, ConsumerState consumer)
    {
        var had = HasWeight;
        Begin(ChangeKind.ConsumerSeen, group, consumer);
        WriteTime(consumer.SeenAt);
        HasWeight = had;
    }

    public void Active(GroupState group, ConsumerState consumer)
    {
        Begin(ChangeKind.ConsumerActive, group, consumer);
        WriteTime(consumer.ActiveAt);
    }

    public void NameHeld(GroupState group, ConsumerState consumer)
    {
        Begin(ChangeKind.NameHeld, group, consumer);
        Write(consumer.Hold is null ? 0 : 1);
        if (consumer.Hold is not { } hold)
            return;
        Write(hold.Holder);
        WriteTime(hold.Until);
        Write(hold.Lease.Ticks);
    }

    public void Assigned(GroupState group, StreamEntryId id, in Delivery delivery)
    {
        Begin(ChangeKind.Assigned, group.Number);
        Write(id);
        Write(delivery.Owner);
        WriteTime(delivery.At);
        Write(delivery.Count);
    }

    public void Acknowledged(GroupState group, ReadOnlySpan<StreamEntryId> ids)
    {
        Begin(ChangeKind.Acknowledged, group.Number);
        Write(ids.Length);
        foreach (var id in ids)
            Write(id);
    }

    /// <summary>In a checkpoint: what follows of the stream is as of a sequence.</summary>
    public void AsOf(StreamState stream, long sequence)
    {
        Begin(ChangeKind.StreamAsOf, stream.Number);
        Write(sequence);
    }

    /// <summary>In a checkpoint: the stream goes on with this chunk.</summary>
    public void Stored(StreamState stream, StoredChunk chunk)
    {
        Begin(ChangeKind.ChunkStored, stream.Number);
        Write(chunk.Address.File);
        Write(chunk.Address.Offset);
        Write(chunk.Address.Length);
        Write(chunk.Start);
        Write(chunk.End);
        Write(chunk.Live);
        Write(chunk.FirstId);
        Write(chunk.LastId);
    }

    /// <summary>In a checkpoint: nothing follows, and nothing is of a later sequence.</summary>
    public void End(long sequence) => Begin(ChangeKind.CheckpointEnd, sequence);

    private void Begin(ChangeKind kind, long number)
    {
        HasWeight = true;
        _bytes.GetSpan(1)[0] = (byte)kind;
        _bytes.Advance(1);
        WriteSubject(number);
    }

    private void WriteSubject(long number) => _bytes.Advance(Encode(_bytes.GetSpan(LongestNumber), (ulong)number));

    private void Begin(ChangeKind kind, GroupState group, ConsumerState consumer)
    {
        Begin(kind, group.Number);
        Write(consumer.Index);
    }

    private void WritePosition(GroupState group)
    {
        Write(group.LastId);
        // One more than it is, as it may not be known.
        Write(group.EntriesRead + 1 ?? 0);
    }

    private void Write(StreamName name) => Write(name.Bytes);

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        bytes.CopyTo(_bytes.GetSpan(bytes.Length));
        _bytes.Advance(bytes.Length);
    }

    // The sequence is told by its difference where the milliseconds are those before.
    private void Write(StreamEntryId id)
    {
        var span = _bytes.GetSpan(2 * LongestNumber);
        var length = Encode(span, ZigZag((long)(id.Milliseconds - _id.Milliseconds)));
        length += Encode(span[length..], id.Milliseconds == _id.Milliseconds ? ZigZag((long)(id.Sequence - _id.Sequence)) : id.Sequence);
        _bytes.Advance(length);
        _id = id;
    }

    private void WriteTime(long time)
    {
        Write(time - _time);
        _time = time;
    }

    private void Write(long value) => _bytes.Advance(Encode(_bytes.GetSpan(LongestNumber), ZigZag(value)));

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static int Encode(Span<byte> bytes, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        return length;
    }
}
