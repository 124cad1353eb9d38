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

    [Fact]
    public async Task Who_blocks_once_a_commit_is_made_holds_up_no_other()
    {
        const int Commits = 3;
        var folder = new MemoryFolder();
        using var disk = new ManualResetEventSlim();
        using var journal = FileJournal.Open(folder, OpenJournal.OptionsFor(FlushPolicy.Always, 16 * 1024), new Replayed());
        Assert.True(journal.TryReserve(Commits * 100, urgent: false));
        folder.Before = (call, _) =>
        {
            if (call == "flush")
                disk.Wait();
        };
        using var all = new Barrier(Commits);
        Task<bool>[] commits = [.. Enumerable.Range(0, Commits).Select(_ => CommitAsync())];
        // The first flush or the second tells two of them at least.
        disk.Set();
        Assert.All(await Task.WhenAll(commits), Assert.True);

        async Task<bool> CommitAsync()
        {
            await journal.CommitAsync(journal.Append(new byte[8], 100)).ConfigureAwait(false);
            return all.SignalAndWait(TimeSpan.FromMinutes(1));
        }
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
}
