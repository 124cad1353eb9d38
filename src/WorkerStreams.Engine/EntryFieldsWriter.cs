using System.Buffers;
using System.Buffers.Binary;

namespace WorkerStreams.Engine;

/// <summary>
/// Writes the fields of one entry into one buffer that grows and is used again after <see cref="Reset"/>.
/// A value can be written in place: between <see cref="BeginValue"/> and <see cref="EndValue"/> the writer is an
/// <see cref="IBufferWriter{T}"/> for a serializer. Not for use by several threads at once.
/// </summary>
public sealed class EntryFieldsWriter : IBufferWriter<byte>
{
    private byte[] _buffer;
    private int _written;
    private int _valueStart = -1;

    /// <summary>A writer with room for <paramref name="capacity"/> bytes before it first grows.</summary>
    public EntryFieldsWriter(int capacity = 256) => _buffer = new byte[capacity];

    /// <summary>The fields written so far. They are valid until <see cref="Reset"/>.</summary>
    /// <exception cref="InvalidOperationException">A value was begun and not ended.</exception>
    public EntryFields Written => _valueStart < 0
        ? new(_buffer, 0, _written)
        : throw new InvalidOperationException("A value was begun and not ended.");

    /// <summary>The bytes that the buffer can hold before it grows.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>Writes one field.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        AddPart(name);
        AddPart(value);
    }

    /// <summary>Copies every field of <paramref name="fields"/>, in order.</summary>
    public void AddAll(EntryFields fields)
    {
        var encoded = fields.Encoded;
        encoded.CopyTo(GetSpan(encoded.Length));
        _written += encoded.Length;
    }

    /// <summary>Writes a field's name; the value is what is written through the <see cref="IBufferWriter{T}"/> until <see cref="EndValue"/>.</summary>
    public void BeginValue(ReadOnlySpan<byte> name)
    {
        AddPart(name);
        GetSpan(EntryFields.LengthBytes);
        _written += EntryFields.LengthBytes;
        _valueStart = _written;
    }

    /// <summary>Ends the value that <see cref="BeginValue"/> began.</summary>
    /// <exception cref="InvalidOperationException">No value was begun.</exception>
    public void EndValue()
    {
        if (_valueStart < 0)
            throw new InvalidOperationException("No value was begun.");
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_valueStart - EntryFields.LengthBytes), _written - _valueStart);
        _valueStart = -1;
    }

    /// <summary>Forgets what was written and keeps the buffer, unless that has grown past <paramref name="maxRetainedBytes"/>.</summary>
    public void Reset(int maxRetainedBytes = 64 * 1024)
    {
        (_written, _valueStart) = (0, -1);
        if (_buffer.Length > maxRetainedBytes)
            _buffer = new byte[maxRetainedBytes];
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _written);
        _written += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsMemory(_written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsSpan(_written);
    }

    private void AddPart(ReadOnlySpan<byte> part)
    {
        var span = GetSpan(EntryFields.LengthBytes + part.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span, part.Length);
        part.CopyTo(span[EntryFields.LengthBytes..]);
        _written += EntryFields.LengthBytes + part.Length;
    }

    private void EnsureRoom(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_buffer.Length - _written >= needed)
            return;
        Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(2L * _buffer.Length, (long)_written + needed)));
    }
}
