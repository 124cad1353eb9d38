using System.Text;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>A disk that is full, and one that fails.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task A_full_disk_refuses_what_finds_no_room_and_goes_on_when_there_is_room()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        await journal.CommitAsync("a");
        folder.Fill();
        await FillAsync(journal, urgent: false);
        // Who is refused may know it before it is told.
        await Eventually.HoldsAsync(() => journal.Events.Count > 0);
        Assert.Equal(JournalEventKind.DiskFull, Assert.Single(journal.Events).Kind);
        Assert.False(journal.Journal.TryReserve(100, urgent: false));

        // Most of a segment's worth is left for what makes room, and the rest for what nothing was reserved for.
        var before = journal.Records.Count;
        await FillAsync(journal, urgent: true);
        Assert.InRange(journal.Records.Count - before, 15, 21);
        Assert.Single(journal.Events);
        var unreserved = Texts.Of(3, 0, 800);
        journal.Records.Add(unreserved);
        await journal.Journal.CommitAsync(journal.Journal.Append(Encoding.UTF8.GetBytes(unreserved), 0));

        folder.Capacity = null;
        journal.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => journal.Journal.TryReserve(100, urgent: false));
        journal.Journal.Release(100);
        for (var i = 0; i < 100; i++)
            await journal.CommitAsync(Texts.Of(2, i, 100));
        await Eventually.HoldsAsync(() => journal.Events.Count > 1);
        Assert.Equal([JournalEventKind.DiskFull, JournalEventKind.DiskHasRoom], journal.Events.Select(told => told.Kind));
        Assert.DoesNotContain(folder.List(), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal(journal.Records, again.Found);
    }

    [Fact]
    public async Task A_checkpoint_makes_room_on_a_full_disk()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder);
        for (var i = 0; i < 50; i++)
            await journal.CommitAsync(Texts.Of(0, i, 0));
        await Eventually.NoSegmentIsMadeAsync(folder);
        // Too little for a segment, enough for a checkpoint of all that finds room until then.
        folder.Fill(free: (2 * 4096) - 1);
        await FillAsync(journal, urgent: false, length: 0);
        journal.WriteCheckpoint();
        await Eventually.HoldsAsync(() => journal.Journal.TryReserve(100, urgent: false));
        journal.Journal.Release(100);
        for (var i = 0; i < 50; i++)
            await journal.CommitAsync(Texts.Of(1, i, 0));
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal(journal.Records, again.Found);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task A_record_that_is_larger_than_what_was_reserved_waits_for_room(int extra)
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, FlushPolicy.Never);
        // Others were promised room, too.
        Assert.True(journal.Journal.TryReserve(20_000, urgent: false));
        for (var i = 0; i < 100; i++)
        {
            Assert.True(journal.Journal.TryReserve(10, urgent: false));
            await journal.Journal.CommitAsync(journal.Journal.Append(new byte[10 + extra], 10));
        }
        await journal.Journal.CommitAsync(journal.Journal.Append(new byte[20_000], 20_000));
        using var again = new OpenJournal(folder.Kill());
        Assert.Equal(101, again.Found.Count);
    }

    [Fact]
    public async Task Who_is_told_that_there_is_room_may_ask_for_more_than_there_is_yet()
    {
        var folder = new MemoryFolder();
        var (time, asked) = (new FakeTimeProvider(), new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        FileJournal? journal = null;
        journal = FileJournal.Open(
            folder,
            OpenJournal.OptionsFor(FlushPolicy.Never) with
            {
                TimeProvider = time,
                Log = told => _ = told.Kind == JournalEventKind.DiskHasRoom && asked.TrySetResult(journal!.TryReserve(50_000, urgent: false)),
            },
            new Replayed());
        folder.Fill();
        Assert.False(journal.TryReserve(50_000, urgent: false));
        folder.Capacity = null;
        await Eventually.HoldsAsync(() => asked.Task.IsCompleted, () => time.Advance(TimeSpan.FromSeconds(1)));
        Assert.True(await asked.Task);
        journal.Dispose();
    }

    [Fact]
    public async Task What_is_reserved_is_there_to_the_last_byte_whatever_the_sizes()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var chance = new Random(seed);
            var folder = new MemoryFolder();
            using var journal = new OpenJournal(folder, FlushPolicy.Never);
            var much = chance.Next(30_000);
            Assert.True(journal.Journal.TryReserve(much, urgent: false));
            journal.Journal.Release(much);
            folder.Fill();
            Queue<int> reserved = new();
            for (var refused = 0; refused < 20;)
            {
                var size = chance.Next(refused < 3 ? 3_000 : 50);
                if (journal.Journal.TryReserve(size, urgent: true))
                    reserved.Enqueue(size);
                else
                    refused++;
                // At once, or when some more are reserved.
                while (reserved.Count > seed % 3 * 10)
                    await AppendAsync();
            }
            while (reserved.Count > 0)
                await AppendAsync();

            async Task AppendAsync()
            {
                var size = reserved.Dequeue();
                Assert.Equal(journal.Journal.LastSequence + 1, journal.Journal.Append(new byte[size], size));
                await journal.Journal.CommitAsync(journal.Journal.LastSequence);
            }
        }
    }

    [Theory]
    [InlineData(FlushPolicy.Always, "flush")]
    [InlineData(FlushPolicy.Always, "write")]
    [InlineData(FlushPolicy.EverySecond, "flush")]
    [InlineData(FlushPolicy.EverySecond, "write")]
    [InlineData(FlushPolicy.Never, "write")]
    public async Task A_failed_write_or_flush_is_the_end(FlushPolicy policy, string failing)
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, policy);
        await journal.CommitAsync("a");
        folder.Before = (call, name) =>
        {
            if (call == failing && name == SmallLog.Name)
                throw new IOException("Input/output error");
        };
        journal.Time.Advance(TimeSpan.FromSeconds(1));
        if (policy == FlushPolicy.EverySecond && failing == "flush")
            await Eventually.HoldsAsync(() => journal.Events.Count > 0);
        await IsUnavailable(() => journal.CommitAsync("b"));
        // Whoever finds it out first may be told before the event is.
        await Eventually.HoldsAsync(() => journal.Events.Count > 0);
        Assert.Equal(JournalEventKind.Failed, Assert.Single(journal.Events).Kind);

        // It does not come back, whatever the disk does.
        folder.Before = null;
        for (var i = 0; i < 100; i++)
            await IsUnavailable(() => journal.CommitAsync(Texts.Of(1, i, 100)));
        Assert.Throws<StreamEngineException>(journal.WriteCheckpoint);
        // What the system may have lost is not told of any more.
        if (policy == FlushPolicy.Always)
            await journal.Journal.CommitAsync(1);
        else if (failing == "flush")
            await IsUnavailable(() => journal.Journal.CommitAsync(1).AsTask());
        using var again = new OpenJournal(folder.Kill());
        Assert.InRange(again.Found.Count, 1, 2);
    }

    private static async Task IsUnavailable(Func<Task> action)
    {
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(action);
        Assert.Equal((StreamErrorCode.Unavailable, true), (thrown.Code, thrown.MayHaveTakenEffect));
        Assert.Contains("Input/output error", thrown.Message, StringComparison.Ordinal);
    }

    private static async Task FillAsync(OpenJournal journal, bool urgent, int length = 100)
    {
        while (journal.TryAppend(Texts.Of(1, journal.Records.Count, length), urgent, out var sequence))
            await journal.Journal.CommitAsync(sequence);
    }
}
