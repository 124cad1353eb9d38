using System.Buffers;
using System.Buffers.Binary;

namespace WorkerStreams.Engine.Journal;

/// <summary>A checkpoint: a header, its parts as records numbered from 1, and a mark that says how many they are.</summary>
internal static class CheckpointFile
{
    // What is written without a flush delays the flushes of the log, so it must not be much at a time.
    private const long FlushEvery = 16 * 1024 * 1024;

    // A record has 28 bits for its length.
    private const int LargestPiece = 64 * 1024 * 1024;

    public static ReadOnlySpan<byte> Magic => "WSCHECKP"u8;

    /// <summary>Writes a checkpoint. It has its name only once it is on the disk, and on return has it for good.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="header">The file's header.</param>
    /// <param name="parts">What it holds.</param>
    /// <param name="largestPiece">The bytes of a part that go into one record; a larger part is in several.</param>
    /// <exception cref="IOException">There is no room; nothing stays behind.</exception>
    public static void Write(IJournalFolder folder, FileHeader header, IEnumerable<ReadOnlyMemory<byte>> parts, int largestPiece = LargestPiece)
    {
        var name = FileNames.Checkpoint(header.Number);
        var temporary = name + FileNames.Temporary;
        try
        {
            using var file = folder.Create(temporary);
            WriteTo(file, header, parts, largestPiece);
            file.Flush();
        }
        catch
        {
            folder.Delete(temporary);
            throw;
        }
        folder.Rename(temporary, name);
        folder.Flush();
    }

    /// <summary>Reads all parts.</summary>
    /// <returns>False where the checkpoint is damaged, at <paramref name="offset"/>; what was loaded up to there means nothing then.</returns>
    public static bool TryRead(IJournalFile file, FileHeader header, IJournalReplay? replay, out long offset)
    {
        var seed = header.Seed;
        Span<byte> peek = stackalloc byte[RecordHeader.Bytes];
        var part = Array.Empty<byte>();
        var pieces = new ArrayBufferWriter<byte>();
        offset = FileHeader.Bytes;
        for (var number = 1L; ; number++)
        {
            if (file.Read(peek, offset) < peek.Length)
                return false;
            var size = RecordHeader.PeekSize(peek);
            if (size > file.Length - offset)
                return false;
            if (part.Length < size)
                part = new byte[size];
            var at = part.AsSpan(0, size);
            if (file.Read(at, offset) < size || !RecordHeader.TryRead(at, seed, out var record) || record.Sequence != number)
                return false;
            if (record.Kind == RecordKind.Mark)
                return BinaryPrimitives.ReadInt64LittleEndian(record.PayloadIn(at)) == number - 1;
            if (record.Kind == RecordKind.Whole)
                replay?.LoadPart(record.PayloadIn(at));
            else
                pieces.Write(record.PayloadIn(at));
            if (record.Kind == RecordKind.Last)
            {
                replay?.LoadPart(pieces.WrittenSpan);
                pieces.ResetWrittenCount();
            }
            offset += size;
        }
    }

    private static void WriteTo(IJournalFile file, FileHeader header, IEnumerable<ReadOnlyMemory<byte>> parts, int largestPiece)
    {
        Span<byte> bytes = stackalloc byte[FileHeader.Bytes];
        header.Write(bytes, Magic);
        file.Write(bytes, 0);
        var (offset, flushed, number) = ((long)FileHeader.Bytes, 0L, 1L);
        foreach (var part in parts)
        {
            offset += WritePart(file, offset, part.Span, ref number, header.Seed, largestPiece);
            if (offset - flushed < FlushEvery)
                continue;
            file.Flush();
            flushed = offset;
        }
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number - 1);
        new RecordHeader(RecordKind.Mark, sizeof(long), number).WriteTo(file, offset, bytes[..sizeof(long)], header.Seed);
    }

    private static long WritePart(IJournalFile file, long offset, ReadOnlySpan<byte> part, ref long number, uint seed, int largestPiece)
    {
        var (written, left) = (0L, part.Length);
        do
        {
            var piece = part.Slice(part.Length - left, Math.Min(left, largestPiece));
            var isFirst = left == part.Length;
            left -= piece.Length;
            var kind = (isFirst, left == 0) switch
            {
                (true, true) => RecordKind.Whole,
                (true, false) => RecordKind.First,
                (false, false) => RecordKind.Middle,
                (false, true) => RecordKind.Last,
            };
            written += new RecordHeader(kind, piece.Length, number++).WriteTo(file, offset + written, piece, seed);
        }
        while (left > 0);
        return written;
    }
}
