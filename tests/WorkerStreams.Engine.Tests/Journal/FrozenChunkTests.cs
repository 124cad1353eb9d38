using WorkerStreams.Engine.Contract.Durable;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>Chunks of entries that a checkpoint reads while commands go on.</summary>
public sealed class FrozenChunkTests
{
    [Fact]
    public async Task One_that_has_become_the_last_takes_deletions_and_what_follows()
    {
        var journal = new MemoryJournal();
        using var engine = new InProcessStreamEngine(new() { NodeMaxEntries = 3 }, replay => journal.Open(replay));
        foreach (var id in (StreamEntryId[])[new(1, 0), new(2, 0), new(3, 0), new(4, 0)])
            await AppendAsync(id);
        var parts = engine.GetCheckpoint(partBytes: 1).GetParts().GetEnumerator();
        Assert.True(parts.MoveNext());

        await engine.DeleteAsync("s", new StreamEntryId[] { new(4, 0) });
        await engine.DeleteAsync("s", new StreamEntryId[] { new(2, 0) });
        Assert.Equal("1-0 3-0", await IdsAsync());
        while (parts.MoveNext())
        {
        }
        await AppendAsync(new(5, 0));
        Assert.Equal("1-0 3-0 5-0", await IdsAsync());
        Assert.Equal(new(5, 0), (await engine.GetStreamInfoAsync("s")).LastEntry?.Id);

        async Task AppendAsync(StreamEntryId id) => await engine.AppendAsync("s", new AppendEntry(EntryFields.Of(("f", "v")), NewEntryId.Explicit(id)));

        async Task<string> IdsAsync()
        {
            using var entries = await engine.RangeAsync("s", RangeBound.Min, RangeBound.Max);
            return string.Join(' ', entries.Entries.ToArray().Select(static entry => entry.Id));
        }
    }

    [Fact]
    public async Task Deletions_while_it_is_read_take_no_memory_for_each_of_them()
    {
        var journal = new MemoryJournal();
        using var engine = new InProcessStreamEngine(new() { NodeMaxEntries = 100 }, replay => journal.Open(replay));
        for (var i = 1UL; i <= 300; i++)
            await engine.AppendAsync("s", new AppendEntry(EntryFields.Of(("f", new string('v', 100))), NewEntryId.Explicit(new(i, 0))));
        var before = engine.UsedMemory;
        using var parts = engine.GetCheckpoint(partBytes: 1).GetParts().GetEnumerator();
        Assert.True(parts.MoveNext());

        for (var i = 101UL; i < 150; i++)
            Assert.Equal(1, await engine.DeleteAsync("s", new StreamEntryId[] { new(i, 0) }));
        // What is read, and one copy of it.
        Assert.InRange(engine.UsedMemory, before, 2 * before);
    }

    [Fact]
    public async Task One_that_has_become_the_last_before_it_was_read_is_not_appended_to()
    {
        var journal = new MemoryJournal();
        List<byte[]> parts = [];
        using (var engine = Open(journal))
        {
            for (var i = 1UL; i <= 5; i++)
                await AppendAsync(engine, i);
            // Has no room beside the two before.
            await AppendAsync(engine, 6, bytes: 230);
            var since = journal.LastSequence;
            foreach (var part in engine.GetCheckpoint(partBytes: 1).GetParts())
            {
                parts.Add(part.ToArray());
                if (parts.Count > 1)
                    continue;
                await engine.DeleteAsync("s", new StreamEntryId[] { new(6, 0) });
                await AppendAsync(engine, 7);
            }
            journal.Keep(since, parts);
        }

        using var again = Open(journal);
        using var entries = await again.RangeAsync("s", RangeBound.Min, RangeBound.Max);
        Assert.Equal("1-0 2-0 3-0 4-0 5-0 7-0", string.Join(' ', entries.Entries.ToArray().Select(static entry => entry.Id)));

        static InProcessStreamEngine Open(MemoryJournal journal) => new(new() { NodeMaxEntries = 3, NodeMaxBytes = 256 }, replay => journal.Open(replay));

        static async Task AppendAsync(InProcessStreamEngine engine, ulong id, int bytes = 1) =>
            await engine.AppendAsync("s", new AppendEntry(EntryFields.Of(("f", new string('v', bytes))), NewEntryId.Explicit(new(id, 0))));
    }
}
