using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Entries that lie in a file of chunks which is not as it was written.</summary>
public sealed class DamagedChunkTests
{
    private const string File = "chunks-000000000001";
    private const int Entries = 10;

    private static readonly StreamName Orders = "orders";

    [Fact]
    public async Task A_bit_that_has_flipped_anywhere_is_never_read_as_an_entry()
    {
        var folder = await MakeAsync();
        var bytes = folder[File];
        var found = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = folder.Kill();
            damaged[File] = Flipped(bytes, at);
            try
            {
                using var engine = Open(damaged);
                await ReadAllAsync(engine);
            }
            catch (Exception damage) when (damage is IOException or StreamEngineException)
            {
                found++;
                Assert.True(damage is IOException || ((StreamEngineException)damage).Code == StreamErrorCode.Unavailable);
                Assert.Contains(File, damage.Message, StringComparison.Ordinal);
            }
        }
        // All but what is not looked at: the rest of the header, and what fills records up.
        Assert.InRange(found, bytes.Length - FileHeader.Bytes, bytes.Length);
    }

    [Fact]
    public async Task What_cannot_be_read_ends_the_service_and_says_where_it_is()
    {
        var folder = await MakeAsync();
        folder[File] = Flipped(folder[File], folder[File].Length - 100);
        using var engine = Open(folder);
        var failure = await Assert.ThrowsAsync<StreamEngineException>(() => ReadAllAsync(engine));
        Assert.Matches($"{File}.* at byte [0-9]+", failure.Message);
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(engine, 100))).Code);
    }

    [Fact]
    public async Task What_fails_for_it_changes_nothing_and_the_engine_ends_in_order()
    {
        var folder = await MakeAsync();
        for (var at = FileHeader.Bytes; at < folder[File].Length; at++)
            folder[File] = Flipped(folder[File], at);
        using (var engine = Open(folder))
        {
            // The first chunk goes, and the next is to be cut.
            await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.TrimAsync(Orders, StreamTrim.MaxLength(5)));
            Assert.Equal(Entries, await engine.GetLengthAsync(Orders));
        }
        // It has let go of the folder.
        Open(folder).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_missing_or_too_short_is_refused_at_the_start(bool isThere)
    {
        var folder = await MakeAsync();
        if (isThere)
            folder[File] = folder[File][..^50];
        else
            folder.Delete(File);
        Assert.Contains(File, Assert.ThrowsAny<IOException>(() => Open(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repair_leaves_out_what_is_damaged_and_says_what_it_was(bool isThere)
    {
        var folder = await MakeAsync();
        if (isThere)
            folder[File] = Flipped(folder[File], folder[File].Length - 100);
        else
            folder.Delete(File);
        var report = InProcessStreamEngine.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always));
        Assert.Contains("to 9-0 of 'orders' are lost.", report[^1], StringComparison.Ordinal);

        using var engine = Open(folder);
        using var left = await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal(isThere ? ["1-0", "2-0", "3-0", "4-0", "5-0", "6-0", "10-0"] : ["10-0"], left.Entries.ToArray().Select(static entry => entry.Id.ToString()));
        Assert.Empty(InProcessStreamEngine.Repair(folder.Kill(), OpenJournal.OptionsFor(FlushPolicy.Always)));
    }

    [Fact]
    public async Task Smaller_limits_than_it_was_written_with_lose_nothing_of_a_chunk()
    {
        var folder = await MakeAsync();
        using var engine = Open(folder, out _, nodeMaxEntries: 1);
        Assert.Equal(1, await engine.DeleteAsync(Orders, new StreamEntryId[] { new(3, 0) }));
        using var left = await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal(["1-0", "2-0", "4-0", "5-0", "6-0", "7-0", "8-0", "9-0", "10-0"], left.Entries.ToArray().Select(static entry => entry.Id.ToString()));
    }

    private static async Task<MemoryFolder> MakeAsync()
    {
        var folder = new MemoryFolder();
        using var engine = Open(folder, out var journal);
        for (var i = 1; i <= Entries; i++)
            await AppendAsync(engine, i);
        journal.WriteCheckpoint(journal.LastSequence, engine.GetCheckpoint(partBytes: 1024).GetParts());
        return folder.Kill();
    }

    private static InProcessStreamEngine Open(MemoryFolder folder) => Open(folder, out _);

    private static InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal, int nodeMaxEntries = 3) =>
        OpenEngine.On(folder, new() { NodeMaxEntries = nodeMaxEntries }, OpenJournal.OptionsFor(FlushPolicy.Always), out journal);

    private static async Task AppendAsync(InProcessStreamEngine engine, int number) =>
        await engine.AppendAsync(Orders, new AppendEntry(FieldsOf(number), NewEntryId.Explicit(new((ulong)number, 0))));

    private static async Task ReadAllAsync(InProcessStreamEngine engine)
    {
        using var entries = await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal(Entries, entries.Count);
        for (var i = 0; i < Entries; i++)
        {
            Assert.Equal(new((ulong)i + 1, 0), entries.Entries[i].Id);
            Assert.True(FieldsOf(i + 1).Encoded.SequenceEqual(entries.Entries[i].Fields.Encoded));
        }
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[at] ^= (byte)(1 << (at % 8));
        return flipped;
    }

    private static EntryFields FieldsOf(int number) => EntryFields.Of(("number", new string((char)('a' + number), 20)));
}
