using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Streams that are larger than the memory they may take.</summary>
public sealed class LargeStreamTests
{
    private const int MaxMemory = 1024 * 1024;
    private const int NodeBytes = 16 * 1024;
    private const int EntryBytes = 4000;
    private const int Entries = 8 * MaxMemory / EntryBytes;

    private static readonly StreamName Orders = "orders";
    private static readonly StreamName Group = "g";

    private readonly MemoryFolder _folder = new();

    [Fact]
    public async Task They_are_appended_to_and_read_in_what_memory_there_is()
    {
        using var engine = Open(_folder);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        var most = 0L;
        for (var i = 0; i < Entries; i++)
        {
            await engine.AppendAsync(Orders, new AppendEntry(FieldsOf(i)));
            most = Math.Max(most, engine.UsedMemory);
        }
        // By as much as a chunk grows at once.
        Assert.InRange(most, MaxMemory / 2, MaxMemory + NodeBytes);

        for (var i = 0; i < Entries;)
        {
            using var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Count = 10, Streams = [new(Orders, ReadPosition.Undelivered)] });
            foreach (var entry in read.Entries)
                Assert.True(FieldsOf(i++).Encoded.SequenceEqual(entry.Fields.Encoded));
            Assert.Equal(read.Count, await engine.AcknowledgeAsync(Orders, Group, read.Entries.ToArray().Select(static entry => entry.Id).ToArray()));
            Assert.InRange(engine.UsedMemory, 0, MaxMemory);
        }
    }

    [Fact]
    public async Task After_a_kill_all_of_them_is_there()
    {
        using var engine = Open(_folder);
        for (var i = 0; i < Entries; i++)
            await engine.AppendAsync(Orders, new AppendEntry(FieldsOf(i)));
        using var again = Open(_folder.Kill());
        Assert.Equal(Entries, await again.GetLengthAsync(Orders));
        Assert.InRange(again.UsedMemory, 0, MaxMemory);
        var from = RangeBound.Min;
        for (var i = 0; i < Entries;)
        {
            using var read = await again.RangeAsync(Orders, from, RangeBound.Max, count: 10);
            foreach (var entry in read.Entries)
                Assert.True(FieldsOf(i++).Encoded.SequenceEqual(entry.Fields.Encoded));
            from = RangeBound.Excluding(read.Entries[^1].Id);
        }
    }

    [Fact]
    public async Task What_is_left_of_the_first_chunk_is_known_whatever_leaves_memory()
    {
        using var engine = Open(_folder);
        List<StreamEntryId> ids = [];
        for (var i = 0; i < Entries; i++)
            ids.Add((await engine.AppendAsync(Orders, new AppendEntry(FieldsOf(i))))!.Value);
        await engine.TrimAsync(Orders, StreamTrim.MaxLength(Entries - 1));
        // All others come and go.
        foreach (var id in ids)
            (await engine.RangeAsync(Orders, id, id)).Dispose();
        var info = await engine.GetStreamInfoAsync(Orders);
        Assert.Equal((ids[1], ids[1]), (info.RecordedFirstEntryId, info.FirstEntry?.Id));
    }

    [Fact]
    public async Task What_is_trimmed_and_deleted_leaves_the_disk()
    {
        using var engine = Open(_folder);
        for (var i = 0; i < 4 * Entries; i++)
            await engine.AppendAsync(Orders, new AppendEntry(FieldsOf(i)), new() { Trim = StreamTrim.MaxLength(Entries / 4) });
        Assert.InRange(_folder.List().Count(static name => name.StartsWith("chunks-", StringComparison.Ordinal)), 4, 14);
    }

    [Fact]
    public async Task What_is_trimmed_while_a_checkpoint_writes_it_leaves_the_disk_too()
    {
        using var engine = Open(_folder, out var journal);
        await AppendAsync(100);
        journal.WriteCheckpoint(journal.LastSequence, Trimming(engine));
        // So much that the next file of chunks begins.
        await AppendAsync(200);
        WriteCheckpoint();
        await engine.TrimAsync(Orders, StreamTrim.MaxLength(0));
        WriteCheckpoint();
        Assert.DoesNotContain("chunks-000000000001", _folder.List());

        async Task AppendAsync(int count)
        {
            for (var i = 0; i < count; i++)
                await engine.AppendAsync(Orders, new AppendEntry(FieldsOf(i)));
        }

        void WriteCheckpoint() => journal.WriteCheckpoint(journal.LastSequence, engine.GetCheckpoint(partBytes: 1).GetParts());

        static IEnumerable<ReadOnlyMemory<byte>> Trimming(InProcessStreamEngine engine)
        {
            foreach (var part in engine.GetCheckpoint(partBytes: 1).GetParts())
            {
                yield return part;
                Assert.True(engine.TrimAsync(Orders, StreamTrim.MaxLength(0)).AsTask().IsCompletedSuccessfully);
            }
        }
    }

    private static InProcessStreamEngine Open(MemoryFolder folder) => Open(folder, out _);

    private static InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal) => OpenEngine.On(
        folder,
        new() { MaxMemory = MaxMemory, NodeMaxBytes = NodeBytes, CheckpointBytes = 1024 * 1024 },
        OpenJournal.OptionsFor(FlushPolicy.EverySecond, segmentBytes: 128 * 1024),
        out journal);

    private static EntryFields FieldsOf(int number) => EntryFields.Of(("number", number.ToString("D4000", System.Globalization.CultureInfo.InvariantCulture)));
}
