using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>A checkpoint takes the place of the log before it.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task Only_what_was_recorded_since_is_replayed_and_only_that_is_kept()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        for (var i = 0; i < 200; i++)
        {
            await journal.CommitAsync(Texts.Of(0, i, 300));
            if (i % 20 != 19)
                continue;
            Assert.True(journal.Journal.BytesSinceCheckpoint > 20 * 300);
            journal.WriteCheckpoint();
            Assert.Equal(0, journal.Journal.BytesSinceCheckpoint);
        }
        await journal.CommitAsync("after");

        var names = folder.List();
        Assert.Equal([FileNames.Checkpoint(200)], names.Where(name => name.StartsWith("checkpoint", StringComparison.Ordinal)));
        Assert.True(names.Count < 20, string.Join(", ", names));
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal(200, again.Checkpoint);
        Assert.Equal(journal.Records, again.Found);
        Assert.InRange(again.Journal.BytesSinceCheckpoint, 24, 100);
    }

    [Fact]
    public async Task Segments_are_used_again_and_what_was_in_them_is_gone()
    {
        var folder = new MemoryFolder();
        var made = 0;
        folder.Before = (call, _) => made += call == "create" ? 1 : 0;
        for (var life = 0; life < 10; life++)
        {
            using var journal = new OpenJournal(folder);
            for (var i = 0; i < 60; i++)
                await journal.CommitAsync(Texts.Of(life, i, 100));
            journal.WriteCheckpoint();
            for (var i = 0; i < 5; i++)
                await journal.CommitAsync(Texts.Of(life, 60 + i, 100));
            folder = folder.Kill();
            folder.Before = (call, name) => made += call == "create" && name.StartsWith("segment", StringComparison.Ordinal) ? 1 : 0;
            using var again = new OpenJournal(folder.Kill());
            Assert.Equal(journal.Records, again.Found);
        }
        Assert.True(made < 15, $"{made} segments were made");
    }

    [Fact]
    public async Task Records_are_appended_while_it_is_written()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        for (var i = 0; i < 50; i++)
            await journal.CommitAsync(Texts.Of(0, i, 200));
        journal.Journal.WriteCheckpoint(50, PartsWhileAppending());
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal(50, again.Checkpoint);
        Assert.Equal(journal.Records, again.Found);

        IEnumerable<ReadOnlyMemory<byte>> PartsWhileAppending()
        {
            foreach (var part in Replayed.Parts(journal.Records[..50]))
            {
                journal.CommitAsync(Texts.Of(1, journal.Records.Count, 200)).GetAwaiter().GetResult();
                yield return part;
            }
        }
    }

    [Fact]
    public async Task What_it_knows_of_later_records_is_on_the_disk_before_it_has_its_name()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        await journal.CommitAsync("a");
        journal.Journal.WriteCheckpoint(1, PartsThatKnowMore());
        using var again = new OpenJournal(folder.Crash(chance: null));
        Assert.Equal((1, 3), (again.Checkpoint, again.Journal.LastSequence));

        IEnumerable<ReadOnlyMemory<byte>> PartsThatKnowMore()
        {
            // For which nobody waits.
            journal.Append("b");
            yield return new([1]);
            journal.Append("c");
        }
    }

    [Fact]
    public void A_part_that_is_too_large_for_a_record_is_in_several()
    {
        var folder = new MemoryFolder();
        string[] parts = ["0123456789", "01234567890", "", "abc", new('x', 35)];
        var header = new FileHeader(Log: 1, Size: 0, Number: parts.Length, 1, 1);
        CheckpointFile.Write(folder, header, Replayed.Parts(parts), largestPiece: 10);
        var replayed = new Replayed();
        using var file = folder.Open(FileNames.Checkpoint(parts.Length));
        Assert.True(CheckpointFile.TryRead(file, header, replayed, out _));
        Assert.Equal(parts, replayed.Records);
    }

    [Fact]
    public async Task A_segment_of_which_only_a_mark_is_not_flushed_goes_too()
    {
        const int MarkAt = 4096 - AppendBuffer.MarkBytes;
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, FlushPolicy.EverySecond);
        // With the mark it fills the segment.
        await journal.CommitAsync(Texts.Of(0, 0, MarkAt - FileHeader.Bytes - RecordHeader.Bytes));
        journal.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => folder[SmallLog.Name][MarkAt] != 0, () => journal.Time.Advance(TimeSpan.FromMilliseconds(100)));
        await journal.CommitAsync("b");
        journal.Journal.WriteCheckpoint(1, Replayed.Parts(journal.Records[..1]));
        journal.WriteCheckpoint();
        await journal.CommitAsync("c");
        journal.Dispose();
        using var again = new OpenJournal(folder);
        Assert.Equal(journal.Records, again.Found);
    }

    [Fact]
    public async Task One_that_comes_late_or_early_changes_nothing()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        await journal.CommitAsync("a");
        await journal.CommitAsync("b");
        journal.WriteCheckpoint();
        journal.Journal.WriteCheckpoint(1, []);
        Assert.Throws<ArgumentOutOfRangeException>(() => journal.Journal.WriteCheckpoint(3, []));
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal((2, 2), (again.Checkpoint, again.Found.Count));
        again.Journal.WriteCheckpoint(1, []);
        Assert.Equal([2], FileNames.Checkpoints(folder.List()));
    }

    [Fact]
    public async Task One_that_cannot_be_written_leaves_the_one_before_in_force()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        await journal.CommitAsync("a");
        journal.WriteCheckpoint();
        await journal.CommitAsync("b");
        folder.Before = (call, name) =>
        {
            if (call == "write" && name.StartsWith("checkpoint", StringComparison.Ordinal))
                throw new IOException("No space left on device");
        };
        Assert.ThrowsAny<IOException>(journal.WriteCheckpoint);
        folder.Before = null;
        Assert.DoesNotContain(folder.List(), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        await journal.CommitAsync("c");
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal((1, 3), (again.Checkpoint, again.Found.Count));
    }

    [Fact]
    public async Task Damage_at_any_byte_of_the_only_one_is_refused()
    {
        var folder = await TwoCheckpointsAsync();
        folder.Delete(FileNames.Checkpoint(2));
        var name = FileNames.Checkpoint(4);
        var undamaged = folder[name];
        for (var at = 0; at < undamaged.Length; at++)
        {
            var bytes = undamaged.ToArray();
            bytes[at] ^= (byte)(1 << (at % 8));
            folder[name] = bytes;
            if (IsPadding(undamaged, at))
                new OpenJournal(folder.Kill()).Dispose();
            else
                Assert.Contains(name, Assert.ThrowsAny<IOException>(() => new OpenJournal(folder.Kill())).Message, StringComparison.Ordinal);
        }
        for (var length = 0; length < undamaged.Length; length++)
        {
            folder[name] = undamaged[..length];
            Assert.ThrowsAny<IOException>(() => new OpenJournal(folder.Kill()));
        }
    }

    [Fact]
    public async Task Where_the_last_one_is_damaged_the_one_before_serves_if_its_log_is_there()
    {
        var folder = await TwoCheckpointsAsync();
        folder[FileNames.Checkpoint(4)][^1] ^= 1;
        folder[FileNames.Checkpoint(4)][FileHeader.Bytes + 4] ^= 1;
        using var journal = new OpenJournal(folder);
        Assert.Equal((2, 5), (journal.Checkpoint, journal.Found.Count));
        var told = Assert.Single(journal.Events);
        Assert.Equal(JournalEventKind.CheckpointSkipped, told.Kind);
        journal.WriteCheckpoint();
        Assert.Single(FileNames.Checkpoints(folder.List()));

        folder = folder.Kill();
        folder.Rename(FileNames.Segment(1), "elsewhere");
        Assert.Contains("missing", Assert.ThrowsAny<IOException>(() => new OpenJournal(folder)).Message, StringComparison.Ordinal);
    }

    private static bool IsPadding(byte[] bytes, int at)
    {
        if (at < FileHeader.Bytes)
            return at >= 52;
        for (var start = FileHeader.Bytes; ;)
        {
            Assert.True(RecordHeader.TryPeek(bytes.AsSpan(start), out var record));
            if (at < start + record.Size)
                return at >= start + RecordHeader.Bytes + record.Length;
            start += record.Size;
        }
    }

    // As after a crash between writing the second and deleting the first.
    private static async Task<MemoryFolder> TwoCheckpointsAsync()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        await journal.CommitAsync("a");
        await journal.CommitAsync("b");
        journal.WriteCheckpoint();
        await journal.CommitAsync("c");
        await journal.CommitAsync("d");
        folder.Before = (call, name) =>
        {
            if (call == "delete")
                throw new IOException("cannot");
        };
        journal.WriteCheckpoint();
        await journal.CommitAsync("e");
        return folder.Kill();
    }
}
