using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace WorkerStreams.Engine.Journal;

/// <summary>What a record in a file is.</summary>
internal enum RecordKind : uint
{
    Whole,

    /// <summary>The first part of a record that goes on in the next segment.</summary>
    First,
    Middle,
    Last,

    /// <summary>Says up to which sequence everything was durable before. Its own sequence is that of the record to come.</summary>
    Mark,
}

/// <summary>
/// What precedes a record's bytes: CRC32C (4 bytes), kind (4 bits) and length (28 bits), sequence (8 bytes). The CRC is that of the sequence, the
/// length and the payload's own CRC, which can so be computed before it is known where the record goes; it begins with the file's seed, so
/// that a record in another file, or in an earlier life of this one, is none.
/// </summary>
internal readonly record struct RecordHeader(RecordKind Kind, int Length, long Sequence)
{
    public const int Bytes = 16;
    public const int Alignment = 8;

    /// <summary>The least a record takes that has a payload. What is left of a segment and smaller stays unused.</summary>
    public const int SmallestRecord = Bytes + Alignment;

    private const int LengthBits = 28;

    /// <summary>What a record takes in a file, padding included.</summary>
    public int Size => SizeOf(Length);

    private uint Word => ((uint)Kind << LengthBits) | (uint)Length;

    public static int SizeOf(int length) => Bytes + (int)Aligned(length);

    public static long Aligned(long bytes) => (bytes + Alignment - 1) & -Alignment;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> at, uint payloadCrc, uint seed)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, Crc(payloadCrc, seed));
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], Word);
        BinaryPrimitives.WriteInt64LittleEndian(at[8..], Sequence);
    }

    /// <summary>Writes a whole record.</summary>
    /// <returns>The bytes it takes.</returns>
    public int WriteTo(IJournalFile file, long offset, ReadOnlySpan<byte> payload, uint seed)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Size);
        var at = buffer.AsSpan(0, Size);
        Write(at, Crc32C.Of(payload), seed);
        payload.CopyTo(at[Bytes..]);
        at[(Bytes + payload.Length)..].Clear();
        file.Write(at, offset);
        ArrayPool<byte>.Shared.Return(buffer);
        return Size;
    }

    /// <summary>What would be a record's header here: nothing is checked but that it could lie within the bytes.</summary>
    public static bool TryPeek(ReadOnlySpan<byte> at, out RecordHeader header)
    {
        header = default;
        if (at.Length < Bytes)
            return false;
        var word = BinaryPrimitives.ReadUInt32LittleEndian(at[4..]);
        header = new((RecordKind)(word >> LengthBits), (int)(word & ((1 << LengthBits) - 1)), BinaryPrimitives.ReadInt64LittleEndian(at[8..]));
        return header.Sequence > 0 && header.Kind <= RecordKind.Mark && header.Length <= at.Length - Bytes;
    }

    /// <summary>The sequence of a record that has this header.</summary>
    public static long PeekSequence(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadInt64LittleEndian(at[8..]);

    /// <summary>What a record would take that has this header.</summary>
    public static int PeekSize(ReadOnlySpan<byte> at) => SizeOf((int)(BinaryPrimitives.ReadUInt32LittleEndian(at[4..]) & ((1 << LengthBits) - 1)));

    /// <summary>The header of a record that is whole and undamaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> at, uint seed, out RecordHeader header) =>
        TryPeek(at, out header) && header.Crc(Crc32C.Of(header.PayloadIn(at)), seed) == BinaryPrimitives.ReadUInt32LittleEndian(at);

    public ReadOnlySpan<byte> PayloadIn(ReadOnlySpan<byte> at) => at.Slice(Bytes, Length);

    private uint Crc(uint payloadCrc, uint seed) => Crc32C.Of((ulong)Sequence, ((ulong)Word << 32) | payloadCrc, seed);
}
