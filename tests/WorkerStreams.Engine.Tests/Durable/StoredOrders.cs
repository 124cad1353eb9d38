using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>A folder with a stream of ten orders, nine of which lie in a file of chunks, three in each.</summary>
internal static class StoredOrders
{
    public const string TheFile = "chunks-000000000001";
    public const int Entries = 10;

    public static readonly StreamName Orders = "orders";

    public static async Task<MemoryFolder> MakeAsync()
    {
        var folder = new MemoryFolder();
        using var engine = Open(folder, out var journal);
        for (var i = 1; i <= Entries; i++)
            await AppendAsync(engine, i);
        WriteCheckpoint(engine, journal);
        return folder.Kill();
    }

    public static void WriteCheckpoint(InProcessStreamEngine engine, FileJournal journal) =>
        journal.WriteCheckpoint(journal.LastSequence, engine.GetCheckpoint(partBytes: 1024).GetParts());

    public static InProcessStreamEngine Open(MemoryFolder folder) => Open(folder, out _);

    public static InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal, int nodeMaxEntries = 3) =>
        OpenEngine.On(folder, new() { NodeMaxEntries = nodeMaxEntries }, OpenJournal.OptionsFor(FlushPolicy.Always), out journal);

    public static async Task AppendAsync(InProcessStreamEngine engine, int number) =>
        await engine.AppendAsync(Orders, new AppendEntry(FieldsOf(number), NewEntryId.Explicit(new((ulong)number, 0))));

    public static async Task ReadAllAsync(InProcessStreamEngine engine)
    {
        using var entries = await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal(Entries, entries.Count);
        for (var i = 0; i < Entries; i++)
        {
            Assert.Equal(new((ulong)i + 1, 0), entries.Entries[i].Id);
            Assert.True(FieldsOf(i + 1).Encoded.SequenceEqual(entries.Entries[i].Fields.Encoded));
        }
    }

    public static byte[] Flipped(byte[] bytes, int at)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[at] ^= (byte)(1 << (at % 8));
        return flipped;
    }

    public static EntryFields FieldsOf(int number) => EntryFields.Of(("number", new string((char)('a' + number), 20)));
}
