namespace WorkerStreams.Engine.Journal;

/// <summary>One file of the log: of fixed size, written to its end from its beginning.</summary>
internal sealed class Segment(FileHeader header, IJournalFile file) : IDisposable
{
    public const int Smallest = 4 * 1024;
    public const int Largest = 256 * 1024 * 1024;

    // At the end: either it stays unused, or a record goes on in the next segment and takes a second header.
    private const int Lost = RecordHeader.Bytes;

    public static ReadOnlySpan<byte> Magic => "WSSEGMNT"u8;

    public FileHeader Header { get; } = header;

    public IJournalFile File { get; } = file;

    public long Number => Header.Number;

    public int Size => Header.Size;

    public uint Seed { get; } = header.Seed;

    /// <summary>The first sequence in it; set by who begins it.</summary>
    public long FirstSequence { get; set; }

    /// <summary>The last sequence in it; set by who ends it.</summary>
    public long LastSequence { get; set; }

    /// <summary>A segment as its file has it.</summary>
    /// <returns>Null where the file is damaged.</returns>
    public static Segment? TryOpen(IJournalFile file, long number) =>
        FileHeader.TryRead(file, Magic, out var header) && header.Number == number && header.Size is >= Smallest and <= Largest && file.Length >= header.Size
            ? new(header, file)
            : null;

    /// <summary>The bytes that records find in a segment of that size, whatever their sizes.</summary>
    public static int RoomIn(int size) => size - FileHeader.Bytes - Lost;

    /// <summary>It is about to be written by the log.</summary>
    public void BeginToWrite(FileJournalOptions options)
    {
        // Where each write is flushed at once, mapped memory costs more than a call.
        if (options.FlushPolicy != FlushPolicy.Always)
            File.Map();
    }

    public void Dispose() => File.Dispose();
}
