using System.Text;
using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>A log whose end is incomplete or damaged opens without it, and what was cut off never comes back. Damage to what was durable is refused.</summary>
public sealed class TornTailTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0xA5)]
    public async Task A_log_cut_at_any_byte_is_the_records_before_it(byte rest)
    {
        var log = await SmallLog.MakeAsync();
        for (var cut = FileHeader.Bytes; cut <= log.End; cut++)
        {
            var bytes = log.Bytes.ToArray();
            bytes.AsSpan(cut).Fill(rest);
            // What is lost may have been as it is now.
            var lost = bytes.AsSpan(0, log.End).CommonPrefixLength(log.Bytes);
            await OpensWith(log.With(bytes), log.Records[..log.RecordsBefore(lost)], $"cut at {cut}");
        }
    }

    [Fact]
    public async Task A_bit_that_flips_costs_what_was_not_durable_or_is_told()
    {
        var log = await SmallLog.MakeAsync();
        var (refused, cut) = (0, 0);
        for (var at = 0; at < log.End; at++)
        {
            var bytes = log.Bytes.ToArray();
            bytes[at] ^= (byte)(1 << (5 * at % 8));
            if (Damaged(log, at) is not { } first)
                await OpensWith(log.With(bytes), log.Records, $"byte {at} changed, which nothing reads");
            else if (at < FileHeader.Bytes || first < log.Durable)
                refused += IsRefused(log.With(bytes), at < FileHeader.Bytes ? 0 : StartOf(log, at));
            else
                cut += await OpensWith(log.With(bytes), log.Records[..first], $"byte {at} changed");
        }
        Assert.True(refused > 300 && cut > 50, $"{refused} {cut}");
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(16, 0)]
    [InlineData(17, 0)]
    [InlineData(18, 0)]
    [InlineData(25, 0)]
    // In the sequence, so that it does not look like a record that was begun.
    [InlineData(3, -1)]
    [InlineData(17, -1)]
    public async Task What_was_cut_off_does_not_come_back_when_the_log_ends_just_before_it(int damaged, int where)
    {
        const int Records = 40;
        var folder = new MemoryFolder();
        using var first = new OpenJournal(folder, FlushPolicy.Never);
        for (var i = 0; i < Records; i++)
            first.Append(Texts.Of(1, i, 200));
        await first.Journal.CommitAsync(Records);
        folder = folder.Kill();
        foreach (var segment in folder.List().Select(name => folder[name]))
        {
            if (segment.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"1.{damaged} ")) is >= 0 and var at)
                segment[at + where]++;
        }

        // All have the same size, so that each stands where one was before.
        using var second = new OpenJournal(folder, FlushPolicy.Never);
        Assert.Equal(first.Records[..damaged], second.Found);
        for (var i = damaged; i < Records; i++)
        {
            await second.CommitAsync(Texts.Of(2, i, 200));
            using var third = new OpenJournal(folder.Kill(), FlushPolicy.Never);
            Assert.Equal(second.Records, third.Found);
        }
    }

    [Fact]
    public async Task A_cut_is_told()
    {
        var log = await SmallLog.MakeAsync();
        var bytes = log.Bytes.ToArray();
        var last = log.Headers.FindLast(at => at.Header.Kind == RecordKind.Whole).At;
        bytes[last + RecordHeader.Bytes]++;
        using var journal = new OpenJournal(log.With(bytes));
        var told = Assert.Single(journal.Events);
        Assert.Equal(JournalEventKind.TornTailCut, told.Kind);
        Assert.Contains($"'{SmallLog.Name}' is cut off at byte", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_that_lost_its_end_is_refused()
    {
        var log = await SmallLog.MakeAsync();
        IsRefused(log.With(log.Bytes[..^1]), 0);
        IsRefused(log.With([]), 0);
    }

    // The first record that is damaged with that byte, or null where nothing depends on it.
    private static int? Damaged(SmallLog log, int at)
    {
        if (at < FileHeader.Bytes)
            return at < 52 ? 0 : null;
        var (start, header) = log.Headers.FindLast(record => record.At <= at);
        if (at >= start + RecordHeader.Bytes + header.Length)
            return null;
        return log.RecordsBefore(start);
    }

    private static int StartOf(SmallLog log, int at) => log.Headers.FindLast(record => record.At <= at).At;

    private static int IsRefused(MemoryFolder folder, int offset)
    {
        var thrown = Assert.ThrowsAny<IOException>(() => new OpenJournal(folder));
        Assert.Contains($"'{SmallLog.Name}'", thrown.Message, StringComparison.Ordinal);
        if (!thrown.Message.Contains("has version", StringComparison.Ordinal))
        {
            Assert.Contains($"at byte {offset}:", thrown.Message, StringComparison.Ordinal);
            Assert.Contains("InProcessStreamEngine.Repair", thrown.Message, StringComparison.Ordinal);
        }
        return 1;
    }

    // And it can be gone on with, and is afterwards what it then was.
    private static async Task<int> OpensWith(MemoryFolder folder, List<string> records, string how)
    {
        using var journal = new OpenJournal(folder);
        Assert.True(records.SequenceEqual(journal.Found), how);
        await journal.CommitAsync("after");
        using var again = new OpenJournal(folder.Kill());
        Assert.True(again.Found.SequenceEqual([.. records, "after"]), $"then {how}");
        return 1;
    }
}
