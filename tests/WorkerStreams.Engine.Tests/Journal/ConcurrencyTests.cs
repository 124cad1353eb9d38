using System.Text;
using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>Many append and commit at the same time, while checkpoints are written.</summary>
public sealed class ConcurrencyTests
{
    private const int Writers = 8;
    private const int Each = 500;

    [Theory]
    [InlineData(FlushPolicy.Always)]
    [InlineData(FlushPolicy.EverySecond)]
    public async Task Each_ones_records_are_there_in_their_order(FlushPolicy policy)
    {
        var path = Directory.CreateTempSubdirectory("journal").FullName;
        var options = OpenJournal.OptionsFor(policy, 16 * 1024);
        var folder = new DiskFolder(path);
        var all = new string[Writers * Each];
        var checkpointed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var journal = FileJournal.Open(folder, options, new Replayed()))
        {
            Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(
                () => WriteAsync(journal, writer, all, checkpointed.Task), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap())];
            for (var checkpoint = 0L; !Task.WhenAll(writers).IsCompleted;)
            {
                var last = journal.LastSequence;
                await journal.CommitAsync(last);
                // By now whoever appended up to there has also said so.
                if (last > checkpoint + 200 && Array.IndexOf(all, null, 0, (int)last) < 0)
                {
                    journal.WriteCheckpoint(checkpoint = last, Replayed.Parts(all[..(int)last]));
                    checkpointed.TrySetResult();
                }
                await Task.Yield();
            }
            await Task.WhenAll(writers);
            Assert.Equal(Writers * Each, journal.LastSequence);
        }
        var found = new Replayed();
        using (FileJournal.Open(folder, options, found))
        {
            Assert.True(found.Checkpoint > 0);
            Assert.Equal(all, found.Records);
            for (var writer = 0; writer < Writers; writer++)
            {
                var written = found.Records.Where(record => record.StartsWith($"{writer}.", StringComparison.Ordinal));
                Assert.Equal(Enumerable.Range(0, Each).Select(i => Text(writer, i)), written);
            }
        }
        Directory.Delete(path, recursive: true);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Who_blocks_once_a_commit_is_made_holds_up_no_other(bool fails, bool ends)
    {
        const int Commits = 4;
        var folder = new MemoryFolder();
        using var disk = new ManualResetEventSlim();
        using var journal = FileJournal.Open(folder, OpenJournal.OptionsFor(FlushPolicy.Always, 16 * 1024), new Replayed());
        Assert.True(journal.TryReserve(Commits * 100, urgent: false));
        folder.Before = (call, _) =>
        {
            if (call != "flush")
                return;
            disk.Wait();
            if (fails)
                throw new IOException("Input/output error");
        };
        using var all = new Barrier(Commits);
        Task<bool>[] commits = [.. Enumerable.Range(0, Commits).Select(_ => CommitAsync())];
        var end = ends ? Task.Factory.StartNew(journal.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default) : Task.CompletedTask;
        // The first flush or the second tells some of them at least.
        disk.Set();
        Assert.All(await Task.WhenAll(commits), Assert.True);
        await end;

        async Task<bool> CommitAsync()
        {
            var commit = journal.CommitAsync(journal.Append(new byte[8], 100));
            if (fails)
                await Assert.ThrowsAsync<StreamEngineException>(async () => await commit.ConfigureAwait(false)).ConfigureAwait(false);
            else
                await commit.ConfigureAwait(false);
            return all.SignalAndWait(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task Who_blocks_until_others_are_told_may_have_asked_for_the_next_flush()
    {
        const int Commits = 4;
        var folder = new MemoryFolder();
        using var first = new ManualResetEventSlim();
        using var others = new CountdownEvent(Commits);
        using var journal = FileJournal.Open(folder, OpenJournal.OptionsFor(FlushPolicy.Always, 16 * 1024), new Replayed());
        Assert.True(journal.TryReserve(2 * Commits * 100, urgent: false));
        var flushes = 0;
        folder.Before = (call, name) =>
        {
            if (call != "flush" || name != FileNames.Segment(1))
                return;
            flushes++;
            if (flushes == 1)
                first.Wait();
            // Those whose flush is done are told, however long the next one takes.
            else if (flushes == 3)
                Assert.True(others.Wait(TimeSpan.FromMinutes(1)));
        };
        var before = CommitAsync();
        Task<bool>[] commits = [.. Enumerable.Range(0, Commits).Select(_ => AgainAsync())];
        first.Set();
        await before;
        Assert.All(await Task.WhenAll(commits), Assert.True);

        async Task<bool> AgainAsync()
        {
            await CommitAsync().ConfigureAwait(false);
            var next = CommitAsync();
            others.Signal();
            var wereTold = others.Wait(TimeSpan.FromMinutes(1));
            await next.ConfigureAwait(false);
            return wereTold;
        }

        ValueTask CommitAsync() => journal.CommitAsync(journal.Append(new byte[8], 100));
    }

    [Theory]
    [InlineData(FlushPolicy.Always, false)]
    [InlineData(FlushPolicy.Always, true)]
    [InlineData(FlushPolicy.Never, false)]
    [InlineData(FlushPolicy.Never, true)]
    public async Task A_commit_answers_with_its_result_or_disposes_of_it_once(FlushPolicy policy, bool fails)
    {
        var folder = new MemoryFolder();
        using var journal = FileJournal.Open(folder, OpenJournal.OptionsFor(policy, 16 * 1024), new Replayed());
        const int Commits = 10;
        Assert.True(journal.TryReserve(Commits * 100, urgent: false));
        folder.Before = (_, name) =>
        {
            if (fails && name == FileNames.Segment(1))
                throw new IOException("Input/output error");
        };
        // The first waits for what fails, the others come after it has.
        for (var i = 0; i < Commits; i++)
        {
            var result = new Result();
            var commit = journal.CommitAsync(journal.Append(new byte[8], 100), result);
            if (fails)
                Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(async () => await commit)).Code);
            else
                Assert.Same(result, await commit);
            Assert.Equal(fails ? 1 : 0, result.Disposals);
        }
    }

    [Fact]
    public async Task Who_takes_what_is_not_there_yet_is_refused_and_takes_nothing_from_others()
    {
        var folder = new MemoryFolder();
        using var disk = new ManualResetEventSlim();
        using var journal = FileJournal.Open(folder, OpenJournal.OptionsFor(FlushPolicy.Always, 16 * 1024), new Replayed());
        Assert.True(journal.TryReserve(300, urgent: false));
        folder.Before = (call, _) =>
        {
            if (call == "flush")
                disk.Wait();
        };
        var hasty = journal.CommitAsync(journal.Append(new byte[8], 100), "a");
        Assert.Throws<InvalidOperationException>(() => hasty.GetAwaiter().GetResult());
        var other = journal.CommitAsync(journal.Append(new byte[8], 100), "b");
        disk.Set();
        Assert.Equal("b", await other);
        Assert.Equal("a", await hasty);
        var later = journal.CommitAsync(journal.Append(new byte[8], 100), "c");
        Assert.Throws<InvalidOperationException>(() => hasty.GetAwaiter().GetResult());
        Assert.Equal("c", await later);
    }

    private static async Task WriteAsync(FileJournal journal, int writer, string[] all, Task checkpointed)
    {
        for (var i = 0; i < Each; i++)
        {
            // However fast they are, not all is written before there is one.
            if (i == Each / 2)
                await checkpointed.WaitAsync(TimeSpan.FromMinutes(1));
            var text = Text(writer, i);
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.True(journal.TryReserve(bytes.Length + 50, urgent: i % 3 == 0));
            var sequence = journal.Append(bytes, bytes.Length + 50);
            Volatile.Write(ref all[sequence - 1], text);
            if (i % 2 == 0)
                await journal.CommitAsync(sequence);
            Assert.True(i % 2 != 0 || journal.IsCommitted(sequence));
        }
    }

    private static string Text(int writer, int number) => Texts.Of(writer, number, (7 * number) % 300);

    private sealed class Result : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
