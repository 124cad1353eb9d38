using System.Globalization;

namespace WorkerStreams.Engine.Journal;

/// <summary>What the files of a journal are called.</summary>
internal static class FileNames
{
    /// <summary>Ends the name of a file that is not complete; it means nothing and goes at the next start.</summary>
    public const string Temporary = ".tmp";

    /// <summary>The file of the ceiling of ids.</summary>
    public const string IdCeiling = "ids";

    private const string SegmentPrefix = "segment-";
    private const string CheckpointPrefix = "checkpoint-";
    private const string ChunksPrefix = "chunks-";

    public static string Segment(long number) => string.Create(CultureInfo.InvariantCulture, $"{SegmentPrefix}{number:D12}");

    public static string Checkpoint(long sequence) => string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{sequence:D20}");

    public static string ChunkFile(long number) => string.Create(CultureInfo.InvariantCulture, $"{ChunksPrefix}{number:D12}");

    /// <summary>The numbers of the segments, ascending.</summary>
    public static List<long> Segments(IReadOnlyList<string> names) => Numbers(names, SegmentPrefix);

    /// <summary>The sequences of the checkpoints, ascending.</summary>
    public static List<long> Checkpoints(IReadOnlyList<string> names) => Numbers(names, CheckpointPrefix);

    /// <summary>The numbers of the files of chunks, ascending.</summary>
    public static List<long> ChunkFiles(IReadOnlyList<string> names) => Numbers(names, ChunksPrefix);

    private static List<long> Numbers(IReadOnlyList<string> names, string prefix)
    {
        List<long> numbers = [];
        foreach (var name in names)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }
        numbers.Sort();
        return numbers;
    }
}
