using WorkerStreams.Engine.Journal;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>A log of one segment as a killed process leaves it, to be damaged.</summary>
internal sealed class SmallLog
{
    public const string Name = "segment-000000000001";

    private readonly MemoryFolder _folder;

    private SmallLog(MemoryFolder folder, List<string> records)
    {
        (_folder, Records) = (folder, records);
        Bytes = folder[Name];
        FileHeader.TryRead(folder.Open(Name), Segment.Magic, out var header);
        for (var at = FileHeader.Bytes; RecordHeader.TryRead(Bytes.AsSpan(at), header.Seed, out var record); at += record.Size)
            Headers.Add((at, record));
    }

    public byte[] Bytes { get; }

    public List<string> Records { get; }

    public List<(int At, RecordHeader Header)> Headers { get; } = [];

    /// <summary>Where the log ends.</summary>
    public int End => Headers[^1].At + Headers[^1].Header.Size;

    /// <summary>The records that some mark says were on the disk.</summary>
    public int Durable => Headers.Where(at => at.Header.Kind == RecordKind.Mark)
        .Select(at => (int)LogChain.DurableIn(at.Header.PayloadIn(Bytes.AsSpan(at.At)))).DefaultIfEmpty(0).Max();

    public static async Task<SmallLog> MakeAsync()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        foreach (var length in (int[])[0, 1, 7, 8, 9, 40, 130, 3, 90])
            await journal.CommitAsync(Texts.Of(0, journal.Records.Count, length));
        return new(folder.Kill(), journal.Records);
    }

    /// <summary>How many records end at or before that place.</summary>
    public int RecordsBefore(int end) => Headers.Count(at => at.Header.Kind != RecordKind.Mark && at.At + RecordHeader.Bytes + at.Header.Length <= end);

    public MemoryFolder With(byte[] bytes)
    {
        var folder = _folder.Kill();
        folder[Name] = bytes;
        return folder;
    }
}
