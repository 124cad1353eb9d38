using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;
using static WorkerStreams.Engine.Tests.Durable.StoredOrders;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>What a repair makes of files of chunks.</summary>
public sealed class RepairedChunkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repair_leaves_out_what_is_damaged_and_says_what_it_was(bool isThere)
    {
        var folder = await MakeAsync();
        var damaged = Flipped(folder[TheFile], folder[TheFile].Length - 100);
        if (isThere)
            folder[TheFile] = damaged;
        else
            folder.Delete(TheFile);
        var report = Repair(folder);
        Assert.Contains(report, static line => line.EndsWith("to 9-0 of 'orders' are lost.", StringComparison.Ordinal));
        Open(folder).Dispose();
        // What else is in it is elsewhere, and it is kept.
        Assert.DoesNotContain(TheFile, folder.List());
        if (isThere)
            Assert.Equal(damaged, folder[$"cut-{TheFile}"]);

        using var engine = Open(folder);
        using var left = await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal(isThere ? ["1-0", "2-0", "3-0", "4-0", "5-0", "6-0", "10-0"] : ["10-0"], left.Entries.ToArray().Select(static entry => entry.Id.ToString()));
        Assert.Empty(Repair(folder.Kill()));
    }

    [Fact]
    public async Task A_damaged_header_costs_no_entry()
    {
        var folder = await MakeAsync();
        folder[TheFile] = [.. new byte[FileHeader.Bytes], .. folder[TheFile][FileHeader.Bytes..]];
        Assert.Contains(TheFile, Assert.ThrowsAny<IOException>(() => Open(folder)).Message, StringComparison.Ordinal);
        Assert.Contains(TheFile, Assert.Single(Repair(folder)), StringComparison.Ordinal);
        using (var engine = Open(folder))
            await ReadAllAsync(engine);
        Assert.Empty(Repair(folder));
    }

    [Fact]
    public async Task A_folder_that_has_lost_its_log_is_refused_and_a_repair_keeps_what_was_in_it()
    {
        var folder = await MakeAsync();
        var bytes = folder[TheFile];
        foreach (var lost in folder.List().Where(static name => name != TheFile))
            folder.Delete(lost);
        Assert.Contains("both are missing", Assert.ThrowsAny<IOException>(() => Open(folder)).Message, StringComparison.Ordinal);
        Assert.Equal([TheFile], folder.List());

        Assert.Contains($"cut-{TheFile}", Repair(folder)[^1], StringComparison.Ordinal);
        Assert.Equal(bytes, folder[$"cut-{TheFile}"]);
        using var engine = Open(folder);
        Assert.Equal(0, await engine.GetLengthAsync(Orders));
    }

    [Fact]
    public async Task What_no_checkpoint_tells_of_is_deleted_but_kept_where_there_is_damage()
    {
        const string Untold = "chunks-000000000007";
        var folder = await MakeAsync();
        folder[Untold] = [1, 2, 3];
        var inOrder = folder.Kill();
        Assert.Empty(Repair(inOrder));
        Assert.DoesNotContain(inOrder.List(), static name => name.EndsWith(Untold, StringComparison.Ordinal));

        folder[TheFile] = Flipped(folder[TheFile], folder[TheFile].Length - 100);
        Repair(folder);
        Assert.Equal([1, 2, 3], folder[$"cut-{Untold}"]);
        Assert.DoesNotContain(Untold, folder.List());
    }

    [Fact]
    public async Task A_file_of_which_nothing_is_left_is_kept_beside()
    {
        var folder = await MakeAsync();
        var damaged = folder[TheFile];
        for (var at = FileHeader.Bytes; at < damaged.Length; at++)
            damaged = Flipped(damaged, at);
        folder[TheFile] = damaged;
        Repair(folder);
        Assert.Equal(damaged, folder[$"cut-{TheFile}"]);
        using var engine = Open(folder);
        Assert.Equal(1, await engine.GetLengthAsync(Orders));
    }

    [Fact]
    public async Task Limits_that_are_smaller_than_those_it_was_written_with_lose_nothing()
    {
        // A repair goes by the defaults.
        var folder = new MemoryFolder();
        using (var engine = OpenEngine.On(folder, new() { NodeMaxEntries = 1000, NodeMaxBytes = 1024 * 1024 }, Options, out var journal))
        {
            for (var i = 1; i <= 2_500; i++)
                await AppendAsync(engine, i);
            for (var i = 1; i <= 2_500; i += 2)
                await engine.DeleteAsync(Orders, new StreamEntryId[] { new((ulong)i, 0) });
            WriteCheckpoint(engine, journal);
        }
        Assert.Empty(Repair(folder));
        var small = new InProcessEngineOptions { NodeMaxEntries = 3, NodeMaxBytes = 256, MaxMemory = 1024 * 1024 };
        using var again = OpenEngine.On(folder, small, Options);
        await again.DeleteAsync(Orders, new StreamEntryId[] { new(2, 0), new(1_000, 0) });
        using var left = await again.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal(
            Enumerable.Range(1, 1_250).Select(static i => 2UL * (ulong)i).Where(static id => id is not (2 or 1_000)),
            left.Entries.ToArray().Select(static entry => entry.Id.Milliseconds));
    }

    private static FileJournalOptions Options => OpenJournal.OptionsFor(FlushPolicy.Always);

    private static IReadOnlyList<string> Repair(MemoryFolder folder) => InProcessStreamEngine.Repair(folder, Options);
}
