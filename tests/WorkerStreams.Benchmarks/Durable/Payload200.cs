using WorkerStreams.Engine;

namespace WorkerStreams.Benchmarks.Durable;

/// <summary>What all append: one field of 200 bytes.</summary>
internal static class Payload200
{
    public const int Length = 200;

    public static byte[] Bytes { get; } = [.. Enumerable.Repeat((byte)'x', Length)];

    public static AppendEntry Entry { get; } = new(Fields());

    private static EntryFields Fields()
    {
        var writer = new EntryFieldsWriter();
        writer.Add("data"u8, Bytes);
        return writer.Written;
    }
}
