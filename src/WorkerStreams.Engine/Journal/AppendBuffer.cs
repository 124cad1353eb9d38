using System.Buffers.Binary;

namespace WorkerStreams.Engine.Journal;

/// <summary>Where records are added: gives each its sequence and its place in the log, and holds its bytes until they are written.</summary>
internal sealed class AppendBuffer
{
    /// <summary>What a mark takes.</summary>
    public const int MarkBytes = RecordHeader.Bytes + sizeof(long);

    // Guards everything here.
    private readonly Lock _gate = new();
    private readonly Queue<Segment> _closed;
    private readonly Queue<Segment> _next;
    private readonly WriteBuffers _buffers;
    private Segment _segment;
    private int _position;
    private long _last;
    private long _bytes;
    private long _marked;
    // The first mark, about what was there before, is paid for by who counts the room.
    private int _marksPaid = 1;
    private bool _isMarkPaid;
    private bool _isDead;

    public AppendBuffer(RecoveredLog found)
    {
        (_closed, _next) = (new(found.Closed), new(found.Prepared));
        (_segment, _position, _last, _marked, _bytes) = (found.Active, found.Position, found.LastSequence, found.Marked, found.Bytes);
        _buffers = new(_segment, _position);
    }

    public long LastSequence => Volatile.Read(ref _last);

    /// <summary>The bytes of log that there ever were, by this process's reckoning.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Up to where a mark says that everything is durable.</summary>
    public long Marked => Volatile.Read(ref _marked);

    /// <summary>Adds a record.</summary>
    /// <param name="record">Its bytes.</param>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="used">The room it takes for good.</param>
    /// <returns>False where no room is left: then nothing is added.</returns>
    public bool TryAppend(ReadOnlySpan<byte> record, out long sequence, out long used)
    {
        var crc = Crc32C.Of(record);
        used = 0;
        _gate.Enter();
        try
        {
            sequence = _last + 1;
            if (_isDead)
            {
                _last = sequence;
                return true;
            }
            var size = RecordHeader.Bytes + RecordHeader.Aligned(record.Length);
            var fits = Math.Max(size, RecordHeader.SmallestRecord) <= _segment.Size - _position;
            if (!fits && !HasRoom(size))
                return false;
            if (fits)
                Put(new(RecordKind.Whole, record.Length, ++_last), record, crc);
            else
                Split(record, crc);
            used = size;
            // A flush that has records entails one mark, which the first of them pays for.
            if (!_isMarkPaid)
            {
                _isMarkPaid = true;
                used += MarkBytes;
            }
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Adds a mark, unless there is one already that says as much.</summary>
    /// <returns>Room that was paid for marks and is not needed.</returns>
    public long Mark(long durable)
    {
        Span<byte> payload = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, durable);
        _gate.Enter();
        try
        {
            if (durable <= _marked || _isDead || !HasRoom(MarkBytes))
                return 0;
            if (MarkBytes > _segment.Size - _position)
                BeginNext(_last, _last + 1);
            Put(new(RecordKind.Mark, payload.Length, _last + 1), payload, Crc32C.Of(payload));
            _marked = durable;
            var unneeded = Math.Max(0, _marksPaid - 1) * MarkBytes;
            _marksPaid = 0;
            return unneeded;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes what is to be written. Who takes writes before anyone takes again.</summary>
    /// <param name="pieces">Gets what was taken.</param>
    /// <param name="flush">Whether a flush follows, of which a mark will tell.</param>
    /// <returns>The sequence of the last record in it.</returns>
    public long Take(List<WritePiece> pieces, bool flush)
    {
        _gate.Enter();
        if (flush && _isMarkPaid)
            (_isMarkPaid, _marksPaid) = (false, _marksPaid + 1);
        _buffers.Take(pieces);
        var last = _last;
        _gate.Exit();
        return last;
    }

    /// <summary>The buffers were written and can be used again.</summary>
    public void Return(List<WritePiece> pieces)
    {
        _gate.Enter();
        _buffers.Return(pieces);
        _gate.Exit();
    }

    /// <summary>A segment is ready to be the next.</summary>
    public void Add(Segment segment)
    {
        _gate.Enter();
        _next.Enqueue(segment);
        _gate.Exit();
    }

    /// <summary>From now on records are counted and nothing is kept: the journal has failed or is closed.</summary>
    public void End()
    {
        _gate.Enter();
        _isDead = true;
        _buffers.Clear();
        _gate.Exit();
    }

    /// <summary>Where replay begins after a checkpoint: the segment with the first record above its sequence, and the first sequence in that segment.</summary>
    public (long Segment, long First) StartAfter(long sequence)
    {
        _gate.Enter();
        var start = _segment;
        foreach (var closed in _closed)
        {
            if (closed.LastSequence <= sequence)
                continue;
            start = closed;
            break;
        }
        _gate.Exit();
        return (start.Number, start.FirstSequence);
    }

    /// <summary>Takes out of the log the segments before that one.</summary>
    public List<Segment> RemoveBefore(long number)
    {
        List<Segment> removed = [];
        _gate.Enter();
        while (_closed.TryPeek(out var first) && first.Number < number)
            removed.Add(_closed.Dequeue());
        _gate.Exit();
        return removed;
    }

    /// <summary>All segments; for the end.</summary>
    public List<Segment> Segments()
    {
        _gate.Enter();
        List<Segment> segments = [.. _closed, _segment, .. _next];
        _gate.Exit();
        return segments;
    }

    private void Split(ReadOnlySpan<byte> record, uint crc)
    {
        var sequence = ++_last;
        for (var left = record; ;)
        {
            var room = _segment.Size - _position;
            if (room < RecordHeader.SmallestRecord)
            {
                BeginNext(left.Length == record.Length ? sequence - 1 : sequence, sequence);
                room = _segment.Size - _position;
            }
            var isFirst = left.Length == record.Length;
            if (RecordHeader.SizeOf(left.Length) <= room)
            {
                Put(new(isFirst ? RecordKind.Whole : RecordKind.Last, left.Length, sequence), left, isFirst ? crc : Crc32C.Of(left));
                return;
            }
            var part = left[..((room - RecordHeader.Bytes) & -RecordHeader.Alignment)];
            Put(new(isFirst ? RecordKind.First : RecordKind.Middle, part.Length, sequence), part, Crc32C.Of(part));
            left = left[part.Length..];
        }
    }

    private bool HasRoom(long size)
    {
        var room = (long)_segment.Size - _position;
        if (room < RecordHeader.SmallestRecord)
            room = 0;
        foreach (var next in _next)
            room += Segment.RoomIn(next.Size);
        return size <= room;
    }

    private void BeginNext(long last, long first)
    {
        _segment.LastSequence = last;
        _closed.Enqueue(_segment);
        _segment = _next.Dequeue();
        _segment.FirstSequence = first;
        _position = FileHeader.Bytes;
        _buffers.Begin(_segment, _position);
    }

    private void Put(RecordHeader header, ReadOnlySpan<byte> payload, uint crc)
    {
        var size = header.Size;
        var at = _buffers.Space(size);
        header.Write(at, crc, _segment.Seed);
        payload.CopyTo(at[RecordHeader.Bytes..]);
        at[(RecordHeader.Bytes + payload.Length)..].Clear();
        _position += size;
        Volatile.Write(ref _bytes, _bytes + size);
    }
}
