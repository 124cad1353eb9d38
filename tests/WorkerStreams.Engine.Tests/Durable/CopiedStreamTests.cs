using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Streams that were renamed or copied are on the disk as what they have become.</summary>
public sealed class CopiedStreamTests
{
    private static readonly StreamName Source = "source", Other = "other";

    private readonly MemoryFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_renamed_stream_is_there_after_a_kill_with_all_that_it_has(bool checkpoint)
    {
        using var engine = Open(_folder, out var journal);
        await FillAsync(engine);
        var before = await DescribeAsync(engine, Source);
        if (checkpoint)
            journal.WriteCheckpoint(journal.LastSequence, engine.GetCheckpoint(100).GetParts());

        Assert.True(await engine.RenameAsync(Source, Other));
        Assert.Equal(before, await DescribeAsync(engine, Other));

        using var again = Open(_folder.Kill(), out _);
        Assert.False(await again.ExistsAsync(Source));
        Assert.Equal(before, await DescribeAsync(again, Other));
    }

    [Fact]
    public async Task A_checkpoint_that_is_written_while_streams_are_renamed_loses_none()
    {
        using var engine = Open(_folder, out var journal);
        await FillAsync(engine);
        var before = await DescribeAsync(engine, Source);
        List<string> names = [.. Enumerable.Range(0, 100).Select(static number => $"name-{number}")];
        await engine.RenameAsync(Source, names[0]);
        var sequence = journal.LastSequence;

        // Between any two parts it goes elsewhere, to shards that were told of and that were not.
        journal.WriteCheckpoint(sequence, Wander());

        var last = Assert.Single(engine.GetKeys());
        using var again = Open(_folder.Kill(), out _);
        Assert.Equal([last], again.GetKeys());
        Assert.Equal(before, await DescribeAsync(again, last));

        IEnumerable<ReadOnlyMemory<byte>> Wander()
        {
            var at = 0;
            foreach (var part in engine.GetCheckpoint(100).GetParts())
            {
                yield return part;
                if (at + 1 < names.Count)
                    Assert.True(engine.RenameAsync(names[at], names[++at]).AsTask().GetAwaiter().GetResult());
            }
        }
    }

    [Fact]
    public async Task A_copy_goes_its_own_way()
    {
        using var engine = Open(_folder, out _);
        await FillAsync(engine);
        var before = await DescribeAsync(engine, Source);

        Assert.True(await engine.CopyAsync(Source, Other));
        Assert.False(await engine.CopyAsync(Source, Other));
        await engine.DeleteStreamAsync(Source);

        using var again = Open(_folder.Kill(), out _);
        Assert.Equal([Other], again.GetKeys());
        Assert.Equal(before, await DescribeAsync(again, Other));
    }

    [Fact]
    public async Task A_restored_stream_is_there_after_a_kill_in_place_of_what_had_its_name()
    {
        using var engine = Open(_folder, out _);
        await FillAsync(engine);
        var before = await DescribeAsync(engine, Source);
        var dump = await engine.DumpAsync(Source);
        await engine.AppendAsync(Other, new AppendEntry(EntryFields.Of(("a", "1"))));

        Assert.False(await engine.RestoreAsync(Other, dump));
        Assert.True(await engine.RestoreAsync(Other, dump, replace: true));

        using var again = Open(_folder.Kill(), out _);
        Assert.Equal(before, await DescribeAsync(again, Source));
        Assert.Equal(before, await DescribeAsync(again, Other));
    }

    [Fact]
    public async Task Where_the_disk_is_full_nothing_is_renamed()
    {
        using var engine = Open(_folder, out _);
        await FillAsync(engine);
        _folder.Fill();
        await Assert.ThrowsAsync<StreamEngineException>(async () =>
        {
            while (true)
                await engine.AppendAsync("large", new AppendEntry(EntryFields.Of(("a", new string('x', 1000)))));
        });
        var before = await DescribeAsync(engine, "large");

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.RenameAsync("large", Other));

        Assert.Equal(StreamErrorCode.DiskFull, refusal.Code);
        Assert.Equal(before, await DescribeAsync(engine, "large"));
        Assert.False(await engine.ExistsAsync(Other));
    }

    private static InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal) =>
        OpenEngine.On(folder, new() { NodeMaxEntries = 3 }, new() { SegmentBytes = 16 * 1024 }, out journal);

    private static async Task FillAsync(InProcessStreamEngine engine)
    {
        for (var number = 1; number <= 10; number++)
            await engine.AppendAsync(Source, new(EntryFields.Of(("number", $"{number}")), new StreamEntryId((ulong)number, 5)));
        await engine.CreateGroupAsync(Source, "g", GroupPosition.Beginning);
        await engine.CreateGroupAsync(Source, "behind", GroupPosition.After(new(2, 0)), entriesRead: 1);
        foreach (var consumer in (string[])["alice", "gone", "bob"])
            (await engine.ReadGroupAsync(new() { Group = "g", Consumer = consumer, Count = 3, Streams = [new(Source, ReadPosition.Undelivered)] })).Dispose();
        await engine.DeleteConsumerAsync(Source, "g", "gone");
        await engine.AcknowledgeAsync(Source, "g", new[] { new StreamEntryId(2, 5) });
        await engine.DeleteAsync(Source, new[] { new StreamEntryId(4, 5), new StreamEntryId(9, 5) });
        await engine.TrimAsync(Source, StreamTrim.MaxLength(7));
        await engine.SetIdAsync(Source, new(50, 1));
    }

    // But for names and the age of what is told.
    private static async Task<string> DescribeAsync(InProcessStreamEngine engine, StreamName name)
    {
        using var full = await engine.GetFullStreamInfoAsync(name, null);
        var stream = full.Stream;
        return $"{stream.Length} {stream.LastGeneratedId} {stream.MaxDeletedEntryId} {stream.EntriesAdded} {stream.RecordedFirstEntryId}\n"
            + string.Join('\n', full.Entries.Entries.ToArray().Select(static entry => $"{entry.Id} {string.Join(',', Fields(entry))}")) + "\n"
            + string.Join('\n', full.Groups.Select(static group =>
                $"{group.Group} {string.Join(',', group.Pending)} {string.Join(',', group.Consumers.Select(static consumer => $"{consumer.Name} {consumer.SeenAt} {consumer.ActiveAt} {string.Join(',', consumer.Pending)}"))}"));

        static IEnumerable<string> Fields(StreamEntry entry)
        {
            List<string> fields = [];
            foreach (var field in entry.Fields)
                fields.Add(System.Text.Encoding.UTF8.GetString(field.Value));
            return fields;
        }
    }
}
