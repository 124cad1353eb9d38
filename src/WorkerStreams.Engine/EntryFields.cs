using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace WorkerStreams.Engine;

/// <summary>
/// The fields of an entry, in order, duplicates kept, binary safe: one contiguous buffer that <see cref="EntryFieldsWriter"/>
/// wrote. The buffer belongs to the <see cref="EntryBatch"/> or the writer it came from and is valid as long as that is.
/// </summary>
public readonly struct EntryFields
{
    /// <summary>Bytes before each name and each value: its length as a little-endian 32-bit number.</summary>
    internal const int LengthBytes = sizeof(int);

    private readonly byte[]? _buffer;
    private readonly int _offset;
    private readonly int _length;

    /// <summary>What an engine or a writer knows to be well formed.</summary>
    internal EntryFields(byte[] buffer, int offset, int length) => (_buffer, _offset, _length) = (buffer, offset, length);

    /// <summary>The encoded form: for each field the name, then the value, each after its length as a little-endian 32-bit number.</summary>
    public ReadOnlySpan<byte> Encoded => new(_buffer, _offset, _length);

    /// <summary>The length of the encoded form, in bytes: what the entry counts against every limit in bytes.</summary>
    public int EncodedLength => _length;

    /// <summary>Whether there are no fields at all, as for an entry that is deleted but still pending, or when only ids were asked for.</summary>
    public bool IsMissing => _buffer is null;

    /// <summary>The number of fields.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var _ in this)
                count++;
            return count;
        }
    }

    /// <summary>Takes fields in their encoded form, after a check that it is well formed. The array is kept, not copied.</summary>
    /// <exception cref="ArgumentException">The lengths in the buffer do not add up.</exception>
    public static EntryFields FromEncoded(byte[] encoded) => FromEncoded(encoded, 0, encoded.Length);

    /// <summary>Takes fields in their encoded form, a part of an array that is kept and not copied, after a check that it is well formed.</summary>
    /// <exception cref="ArgumentException">The lengths in the buffer do not add up.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The array has no such part.</exception>
    public static EntryFields FromEncoded(byte[] buffer, int offset, int length)
    {
        ReadOnlySpan<byte> rest = buffer.AsSpan(offset, length);
        for (var parts = 0; rest.Length > 0 || parts % 2 != 0; parts++)
        {
            if (rest.Length < LengthBytes)
                throw Malformed();
            var part = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (part < 0 || part > rest.Length - LengthBytes)
                throw Malformed();
            rest = rest[(LengthBytes + part)..];
        }
        return new(buffer, offset, length);

        static ArgumentException Malformed() => new("The encoded fields are malformed: a length exceeds the buffer.", nameof(buffer));
    }

    /// <summary>Fields of these names and values, in UTF-8.</summary>
    public static EntryFields Of(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var writer = new EntryFieldsWriter();
        foreach (var (name, value) in fields)
            writer.Add(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        return writer.Written;
    }

    /// <summary>The value of the first field of this name.</summary>
    public bool TryGetValue(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var field in this)
        {
            if (!field.Name.SequenceEqual(name))
                continue;
            value = field.Value;
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>A copy that outlives the batch.</summary>
    public EntryFields ToOwned() => _buffer is null ? default : new(Encoded.ToArray(), 0, _length);

    /// <summary>Enumerates the fields without allocating.</summary>
    public Enumerator GetEnumerator() => new(Encoded);

    /// <summary>The fields as text, for logs and debuggers.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var field in this)
            text.Append(text.Length > 0 ? " " : "").Append(Encoding.UTF8.GetString(field.Name)).Append(' ').Append(Encoding.UTF8.GetString(field.Value));
        return text.ToString();
    }

    /// <summary>Walks over the fields.</summary>
    [SuppressMessage("Design", "CA1034", Justification = "An enumerator belongs to what it enumerates.")]
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> encoded) => _rest = encoded;

        /// <summary>The field stood on.</summary>
        public EntryField Current { get; private set; }

        /// <summary>Goes to the next field, or tells that there is none.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
                return false;
            var name = Take();
            Current = new(name, Take());
            return true;
        }

        private ReadOnlySpan<byte> Take()
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(_rest);
            var part = _rest.Slice(LengthBytes, length);
            _rest = _rest[(LengthBytes + length)..];
            return part;
        }
    }
}

/// <summary>One field of an entry.</summary>
public readonly ref struct EntryField
{
    internal EntryField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The name, as bytes.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value, as bytes.</summary>
    public ReadOnlySpan<byte> Value { get; }
}
