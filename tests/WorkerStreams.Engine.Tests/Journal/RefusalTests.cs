using System.Globalization;
using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>What a journal does not open, and how it says so; and what a repair makes of it.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task A_missing_segment()
    {
        foreach (var (missing, found) in ((int, int)[])[(1, 0), (2, 24), (3, 35)])
        {
            var (folder, records) = await ManySegmentsAsync();
            folder.Delete(FileNames.Segment(missing));
            IsRefused(folder, FileNames.Segment(missing), "missing");
            Assert.NotEmpty(FileJournal.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always)).Report);
            await OpensAsync(folder, found == 0 ? [] : null, records);
        }
    }

    [Fact]
    public async Task The_last_segment_that_has_records_when_it_is_missing()
    {
        var (folder, _) = await ManySegmentsAsync();
        var last = FileNames.Segments(folder.List()).ConvertAll(FileNames.Segment).FindLast(name => folder[name].AsSpan(FileHeader.Bytes).ContainsAnyExcept((byte)0));
        folder.Delete(last!);
        IsRefused(folder, last!, "missing");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_end_that_is_missing_with_all_behind_it_is_told_at_least(bool isMissing)
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, FlushPolicy.Never);
        // It fills the first segment.
        await journal.CommitAsync(Texts.Of(0, 0, 4096 - FileHeader.Bytes - RecordHeader.Bytes));
        if (isMissing)
            await journal.CommitAsync("in the next");
        folder = folder.Kill();
        Assert.Contains(FileNames.Segment(2), folder.List());
        foreach (var lost in FileNames.Segments(folder.List()).Where(number => isMissing && number > 1))
            folder.Delete(FileNames.Segment(lost));

        using var again = new OpenJournal(folder);
        Assert.Single(again.Found);
        if (isMissing)
            Assert.Contains("ends with record 1 at the very end of 'segment-000000000001'", Assert.Single(again.Events, told => told.Kind == JournalEventKind.EndMayBeMissing).Message, StringComparison.Ordinal);
        else
            Assert.Empty(again.Events);
    }

    [Fact]
    public async Task A_damaged_header()
    {
        var (folder, records) = await ManySegmentsAsync();
        folder[FileNames.Segment(2)][40] ^= 1;
        IsRefused(folder, FileNames.Segment(2), "header");
        var report = FileJournal.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always)).Report;
        Assert.Contains(report, line => line.Contains("kept as 'cut-segment-000000000002'", StringComparison.Ordinal));
        await OpensAsync(folder, null, records);
    }

    [Fact]
    public async Task A_segment_of_another_log()
    {
        var (folder, _) = await ManySegmentsAsync();
        var (other, _) = await ManySegmentsAsync();
        folder[FileNames.Segment(3)] = other[FileNames.Segment(3)];
        IsRefused(folder, FileNames.Segment(3), "another log");
    }

    [Fact]
    public async Task Damage_to_what_was_durable_is_cut_off_by_a_repair_alone_and_what_is_cut_off_is_kept()
    {
        var (folder, records) = await ManySegmentsAsync();
        var segment = folder[FileNames.Segment(2)];
        segment[2_000] ^= 1;
        var before = segment.ToArray();
        IsRefused(folder, FileNames.Segment(2), "though all up to record");
        Assert.Equal(before, folder[FileNames.Segment(2)]);

        var report = FileJournal.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always)).Report;
        Assert.Contains("though all up to record", report[0], StringComparison.Ordinal);
        var cut = Assert.Single(folder.List(), name => name.StartsWith("cut-segment-000000000002-from-", StringComparison.Ordinal));
        var from = int.Parse(cut.AsSpan(cut.LastIndexOf('-') + 1), CultureInfo.InvariantCulture);
        Assert.InRange(from, 1_000, 2_000);
        Assert.Equal(before[from..], folder[cut]);
        Assert.Contains("cut-segment-000000000003", folder.List());
        await OpensAsync(folder, null, records);
        Assert.Empty(FileJournal.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always)).Report);
    }

    [Fact]
    public async Task Damage_before_the_checkpoint_costs_what_came_after_it_but_not_the_checkpoint()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        await journal.CommitAsync("a");
        await journal.CommitAsync("b");
        journal.WriteCheckpoint();
        await journal.CommitAsync("c");
        folder = folder.Kill();
        folder[SmallLog.Name][FileHeader.Bytes] ^= 1;
        IsRefused(folder, SmallLog.Name, "though all up to record 2");
        FileJournal.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always));
        await OpensAsync(folder, ["a", "b"], journal.Records);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_set_aside_by_a_repair_and_so_is_the_log_that_needs_it()
    {
        var (folder, records) = await ManySegmentsAsync(checkpoint: true);
        var name = Assert.Single(folder.List(), name => name.StartsWith("checkpoint", StringComparison.Ordinal));
        folder[name][^10] ^= 1;
        folder[name][FileHeader.Bytes] ^= 1;
        // It was to be used again: while it is there the log is whole without the checkpoint.
        var before = folder.Kill();
        Assert.NotEmpty(FileJournal.Repair(before, OpenJournal.OptionsFor(FlushPolicy.Always)).Report);
        await OpensAsync(before, records, records);

        folder.Delete(FileNames.Segment(1));
        IsRefused(folder, name, "at byte 512: The checkpoint is not as it was written.");
        Assert.NotEmpty(FileJournal.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always)).Report);
        await OpensAsync(folder, [], records);
        Assert.Contains("cut-" + name, folder.List());
    }

    [Fact]
    public void A_journal_in_order_needs_no_repair()
    {
        var folder = new MemoryFolder();
        new OpenJournal(folder).Dispose();
        Assert.Empty(FileJournal.Repair(folder, OpenJournal.OptionsFor(FlushPolicy.Always)).Report);
    }

    private static void IsRefused(MemoryFolder folder, string file, string why)
    {
        var thrown = Assert.ThrowsAny<IOException>(() => new OpenJournal(folder));
        Assert.Contains($"'{file}'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(why, thrown.Message, StringComparison.Ordinal);
    }

    // As what was expected, or else as some of the records, but not all; and it goes on from there.
    private static async Task OpensAsync(MemoryFolder folder, List<string>? expected, List<string> records)
    {
        using var journal = new OpenJournal(folder);
        if (expected is not null)
            Assert.Equal(expected, journal.Found);
        else
            Assert.InRange(journal.Found.Count, 1, records.Count - 1);
        Assert.Equal(records.Take(journal.Found.Count), journal.Found);
        for (var i = 0; i < 50; i++)
            await journal.CommitAsync(Texts.Of(9, i, 150));
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal(journal.Records, again.Found);
    }

    private static async Task<(MemoryFolder Folder, List<string> Records)> ManySegmentsAsync(bool checkpoint = false)
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        for (var i = 0; i < 60; i++)
            await journal.CommitAsync(Texts.Of(0, i, 200));
        // The segments that follow are made meanwhile.
        await Eventually.HoldsAsync(() => FileNames.Segments(folder.List())[^1] >= 6);
        if (checkpoint)
        {
            // None is used again yet.
            folder.Before = static (call, name) =>
            {
                if (call == "write" && name.StartsWith("segment", StringComparison.Ordinal))
                    throw new IOException("not now");
            };
            journal.WriteCheckpoint();
        }
        return (folder.Kill(), journal.Records);
    }
}
