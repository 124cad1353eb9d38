namespace WorkerStreams.Engine.Journal;

/// <summary>
/// Makes segments ready to be written: at their full size, so that no write to them can find the disk full, or need more than its own bytes
/// to be flushed.
/// </summary>
internal sealed class SegmentMaker(IJournalFolder folder, ulong log, int size)
{
    private const int ZerosAtOnce = 1024 * 1024;

    /// <summary>Makes a file of zeros. It has its name only once it is on the disk, and on return has it for good.</summary>
    /// <exception cref="IOException">There is no room; nothing stays behind.</exception>
    public Segment Make(long number, long first = 0)
    {
        var temporary = FileNames.Segment(number) + FileNames.Temporary;
        var header = new FileHeader(log, size, number, Variant: 1, first);
        try
        {
            using var file = folder.Create(temporary);
            WriteZeros(file, 0, size);
            Write(file, header);
            file.Flush();
        }
        catch (IOException)
        {
            folder.Delete(temporary);
            throw;
        }
        return Named(temporary, header);
    }

    /// <summary>Makes of a segment that the log needs no more the one with that number. What is in it stays, and is no part of the log any more.</summary>
    public Segment Recycle(string name, long number)
    {
        var header = new FileHeader(log, size, number, Variant: 1, First: 0);
        using (var file = folder.Open(name))
        {
            Write(file, header);
            file.Flush();
        }
        return Named(name, header);
    }

    /// <summary>Begins a segment anew under its number: what is in it is no part of the log any more.</summary>
    public static Segment BeginAnew(Segment segment)
    {
        var header = segment.Header with { Variant = segment.Header.Variant + 1 };
        Write(segment.File, header);
        segment.File.Flush();
        return new(header, segment.File);
    }

    public static void WriteZeros(IJournalFile file, long from, long to)
    {
        var zeros = new byte[Math.Min(ZerosAtOnce, to - from)];
        for (; from < to; from += zeros.Length)
            file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, to - from)), from);
    }

    private Segment Named(string temporary, FileHeader header)
    {
        var name = FileNames.Segment(header.Number);
        folder.Rename(temporary, name);
        folder.Flush();
        return new(header, folder.Open(name));
    }

    private static void Write(IJournalFile file, FileHeader header)
    {
        Span<byte> bytes = stackalloc byte[FileHeader.Bytes];
        header.Write(bytes, Segment.Magic);
        file.Write(bytes, 0);
    }
}
