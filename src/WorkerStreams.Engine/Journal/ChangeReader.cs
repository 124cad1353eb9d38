using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>Reads what a <see cref="ChangeWriter"/> has written.</summary>
internal ref struct ChangeReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private StreamEntryId _id;
    private long _time;

    public readonly bool IsAtEnd => _position == _bytes.Length;

    public ChangeKind ReadKind() => (ChangeKind)_bytes[_position++];

    public StreamName ReadName() => new(ReadBytes());

    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = (int)ReadNumber();
        var bytes = _bytes.Slice(_position, length);
        _position += length;
        return bytes;
    }

    public StreamEntryId ReadId()
    {
        var milliseconds = _id.Milliseconds + (ulong)ReadNumber();
        var sequence = Decode();
        return _id = new(milliseconds, milliseconds == _id.Milliseconds ? _id.Sequence + (ulong)UnZigZag(sequence) : sequence);
    }

    public long ReadTime() => _time += ReadNumber();

    public long ReadNumber() => UnZigZag(Decode());

    /// <summary>A number that may not be known.</summary>
    public long? ReadCount() => ReadNumber() is > 0 and var more ? more - 1 : null;

    public StreamEntryId[] ReadIds()
    {
        var ids = new StreamEntryId[ReadNumber()];
        foreach (ref var id in ids.AsSpan())
            id = ReadId();
        return ids;
    }

    public StoredChunk ReadChunk()
    {
        var address = new ChunkAddress(ReadNumber(), ReadNumber(), (int)ReadNumber());
        return new(address, (int)ReadNumber(), (int)ReadNumber(), (int)ReadNumber(), ReadId(), ReadId());
    }

    /// <summary>The number of a stream or group.</summary>
    public long ReadSubject() => (long)Decode();

    private static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private ulong Decode()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = _bytes[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
