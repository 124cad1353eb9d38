using System.Buffers.Binary;

namespace WorkerStreams.Engine.Journal;

/// <summary>What a file of a journal begins with. See FORMAT.md.</summary>
/// <param name="Log">The log's own number, drawn when it was begun: files of two logs cannot be mixed.</param>
/// <param name="Size">A segment's bytes.</param>
/// <param name="Number">A segment's number, or the sequence of the last record whose effect a checkpoint holds.</param>
/// <param name="Variant">How often a segment was begun anew under its number, or the number of the segment where replay begins after a checkpoint.</param>
/// <param name="First">
/// The first sequence of a segment that begins a log or where a repair has set it, or else 0; of a checkpoint, the first one of the segment where
/// replay begins.
/// </param>
internal readonly record struct FileHeader(ulong Log, int Size, long Number, long Variant, long First)
{
    /// <summary>A sector of its own, so that no later write can tear it.</summary>
    public const int Bytes = 512;
    public const int Version = 1;

    private const int CrcAt = 48;

    /// <summary>With what the CRCs of the file's records begin.</summary>
    public uint Seed => Crc32C.Of((ulong)Variant, (ulong)First, Crc32C.Of(Log, (ulong)Number, 0));

    public void Write(Span<byte> at, ReadOnlySpan<byte> magic)
    {
        at[..Bytes].Clear();
        magic.CopyTo(at);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(at[12..], Size);
        BinaryPrimitives.WriteUInt64LittleEndian(at[16..], Log);
        BinaryPrimitives.WriteInt64LittleEndian(at[24..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(at[32..], Variant);
        BinaryPrimitives.WriteInt64LittleEndian(at[40..], First);
        BinaryPrimitives.WriteUInt32LittleEndian(at[CrcAt..], Crc32C.Of(at[..CrcAt]));
    }

    /// <summary>Reads a header.</summary>
    /// <returns>False where it is damaged.</returns>
    /// <exception cref="IOException">A newer version wrote it.</exception>
    public static bool TryRead(IJournalFile file, ReadOnlySpan<byte> magic, out FileHeader header)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        header = default;
        if (file.Read(bytes, 0) < Bytes || !bytes.StartsWith(magic))
            return false;
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version > Version)
            throw JournalErrors.NewerVersion(file.Name, version);
        header = new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]));
        return Crc32C.Of(bytes[..CrcAt]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..]);
    }
}
