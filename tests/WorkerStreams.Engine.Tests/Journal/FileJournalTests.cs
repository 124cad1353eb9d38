using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>What goes into a journal comes out of it.</summary>
public sealed class FileJournalTests
{
    public static TheoryData<FlushPolicy> Policies => [FlushPolicy.Always, FlushPolicy.EverySecond, FlushPolicy.Never];

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Records_of_all_sizes_are_there_again_after_a_clean_end_even_if_the_power_fails(FlushPolicy policy)
    {
        var folder = new MemoryFolder();
        var chance = new Random(1);
        List<string> records = [];
        for (var life = 0; life < 4; life++)
        {
            using var journal = new OpenJournal(folder, policy);
            Assert.Equal(records, journal.Found);
            Assert.Empty(journal.Events);
            for (var i = 0; i < 50; i++)
                await journal.CommitAsync(Texts.Any(life, i, chance));
            journal.Append("not committed");
            records = journal.Records;
            journal.Dispose();
            folder = folder.Crash(chance);
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task What_is_committed_outlives_the_process_under_every_policy(FlushPolicy policy)
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, policy);
        for (var i = 0; i < 100; i++)
            await journal.CommitAsync(Texts.Of(0, i, 3 * i));
        Assert.True(journal.Journal.IsCommitted(100));
        using var again = new OpenJournal(folder.Kill(), policy);
        Assert.Equal(journal.Records, again.Found);
    }

    [Fact]
    public async Task A_second_is_the_most_that_a_power_failure_takes_under_EverySecond()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, FlushPolicy.EverySecond);
        await journal.CommitAsync("a");
        Assert.Empty(Found(folder.Crash(null)));
        journal.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => Found(folder.Crash(null)).Count == 1);
    }

    [Fact]
    public async Task Nothing_is_flushed_under_Never_but_by_a_checkpoint_and_the_end()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, FlushPolicy.Never);
        await journal.CommitAsync("a");
        var flushes = 0;
        folder.Before = (call, _) => flushes += call == "flush" ? 1 : 0;
        journal.Time.Advance(TimeSpan.FromMinutes(1));
        await journal.CommitAsync("b");
        Assert.Equal(0, flushes);
        journal.WriteCheckpoint();
        Assert.Equal(["a", "b"], Found(folder.Crash(null)));
        journal.Append("c");
        journal.Dispose();
        Assert.Equal(["a", "b", "c"], Found(folder.Crash(null)));
    }

    [Fact]
    public async Task What_was_found_after_a_process_was_killed_is_there_after_a_power_failure_too()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, FlushPolicy.Never);
        for (var i = 0; i < 50; i++)
            await journal.CommitAsync(Texts.Of(0, i, 200));
        folder = folder.Kill();
        Assert.Empty(Found(folder.Crash(null)));
        using var again = new OpenJournal(folder, FlushPolicy.Never);
        Assert.Equal(journal.Records, Found(folder.Crash(null)));
    }

    [Fact]
    public async Task A_recovery_that_takes_long_says_how_far_it_is()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        for (var i = 0; i < 60; i++)
            await journal.CommitAsync(Texts.Of(0, i, 200));
        var time = new FakeTimeProvider();
        List<string> told = [];
        var options = OpenJournal.OptionsFor(FlushPolicy.Always) with { TimeProvider = time, Log = notice => told.Add($"{notice.Kind}: {notice.Message}") };
        FileJournal.Open(folder.Kill(), options, new Slow(time)).Dispose();
        Assert.InRange(told.Count, 2, 6);
        Assert.Matches("^Recovering: The journal in 'memory' is being read: 1 of [5-9] segments, 1[0-9] records, [0-9] s.$", told[0]);
    }

    [Fact]
    public async Task A_closed_journal_says_so()
    {
        var journal = new OpenJournal(new MemoryFolder());
        await journal.CommitAsync("a");
        journal.Dispose();
        await journal.Journal.CommitAsync(1);
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(async () => await journal.Journal.CommitAsync(journal.Append("b")));
        Assert.Equal((StreamErrorCode.Unavailable, "ERR the journal is closed"), (thrown.Code, thrown.Message));
    }

    [Fact]
    public async Task A_record_that_was_not_reserved_and_finds_no_room_ends_the_journal()
    {
        var folder = new MemoryFolder();
        using (var journal = new OpenJournal(folder))
        {
            await journal.CommitAsync("a");
            folder.Fill();
            var unreserved = journal.Journal.Append(new byte[100_000], 0);
            var thrown = await Assert.ThrowsAsync<StreamEngineException>(async () => await journal.Journal.CommitAsync(unreserved));
            Assert.Equal(StreamErrorCode.Unavailable, thrown.Code);
        }
        folder.Capacity = null;
        Assert.Equal(["a"], Found(folder));
    }

    private static List<string> Found(MemoryFolder folder)
    {
        using var journal = new OpenJournal(folder);
        return journal.Found;
    }

    [Fact]
    public void A_checkpoint_that_takes_long_to_load_says_how_far_it_is()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        journal.Journal.WriteCheckpoint(0, Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[100], 25));
        var time = new FakeTimeProvider();
        List<string> told = [];
        var options = OpenJournal.OptionsFor(FlushPolicy.Always) with { TimeProvider = time, Log = notice => told.Add($"{notice.Kind}: {notice.Message}") };
        FileJournal.Open(folder.Kill(), options, new Slow(time)).Dispose();
        Assert.Equal(2, told.Count);
        Assert.Matches("^Recovering: The checkpoint 'checkpoint-0+' in 'memory' is being loaded: 1000 of [34][0-9]{3} bytes, 1 s.$", told[0]);
    }

    private sealed class Slow(FakeTimeProvider time) : IJournalReplay
    {
        public void Begin(IChunkStore chunks)
        {
        }

        public void LoadPart(ReadOnlySpan<byte> part) => time.Advance(TimeSpan.FromMilliseconds(100));

        public void CheckpointLoaded(long sequence)
        {
        }

        public void Replay(long sequence, ReadOnlySpan<byte> record) => time.Advance(TimeSpan.FromMilliseconds(100));
    }
}
