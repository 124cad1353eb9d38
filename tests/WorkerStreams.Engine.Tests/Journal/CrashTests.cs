using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>
/// The power fails at every call of the file system that a workload makes, and takes of what was not flushed whatever chance decides; or only
/// the process is killed. Then the log is a prefix of what was appended and holds what was committed; it goes on from there, it all happens
/// again, and nothing comes back that was cut off before.
/// </summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData(1, FlushPolicy.Always)]
    [InlineData(2, FlushPolicy.Always)]
    [InlineData(3, FlushPolicy.Always)]
    [InlineData(4, FlushPolicy.EverySecond)]
    [InlineData(5, FlushPolicy.Never)]
    public async Task What_was_committed_is_there_and_what_is_there_is_a_prefix(int seed, FlushPolicy policy)
    {
        var cut = 0;
        for (var isOver = false; !isOver; cut++)
        {
            var chance = new Random((seed * 100_000) + cut);
            var folder = new MemoryFolder();
            var first = await LiveAsync(folder, [], 1, policy, cut, 24, seed);
            isOver = !first.IsCut;
            folder = chance.Next(4) == 0 ? folder.Kill() : folder.Crash(chance);
            var second = await LiveAsync(folder, first.Records, 2, policy, chance.Next(150), 12, seed);
            Check(first, second, $"seed {seed}, cut {cut}, first");
            folder = chance.Next(4) == 0 ? folder.Kill() : folder.Crash(chance);
            var third = await LiveAsync(folder, second.Records, 3, policy, int.MaxValue, 1, seed);
            Check(second, third, $"seed {seed}, cut {cut}, second");
        }
        Assert.True(cut > 60, $"{cut} calls");
    }

    private static void Check(Life before, Life after, string when)
    {
        // It may have ended before it was open.
        if (after.Found is not { } found)
        {
            Assert.True(after.IsCut, when);
            return;
        }
        Assert.True(found.Count >= before.Durable, $"{when}: {before.Durable} were durable, {found.Count} are there");
        Assert.True(before.Records.Take(found.Count).SequenceEqual(found), $"{when}: what is there is not what was appended");
    }

    private static async Task<Life> LiveAsync(MemoryFolder folder, List<string> before, int number, FlushPolicy policy, int cut, int records, int seed)
    {
        var calls = 0;
        var life = new Life { Records = before };
        folder.Before = (call, name) =>
        {
            if (Interlocked.Increment(ref calls) > cut)
            {
                life.IsCut = true;
                throw new IOException($"cut at {call} of {name}");
            }
        };
        try
        {
            using var journal = new OpenJournal(folder, policy);
            (life.Found, life.Records) = (journal.Found, journal.Records);
            life.Durable = journal.Found.Count;
            await WorkAsync(journal, life, number, policy, records, new Random(seed + number));
            // The end of the process is not a clean one.
            folder.Before = (_, _) => throw new IOException("over");
        }
        catch (Exception error) when (life.IsCut && error is IOException or StreamEngineException)
        {
        }
        return life;
    }

    private static async Task WorkAsync(OpenJournal journal, Life life, int number, FlushPolicy policy, int records, Random chance)
    {
        for (var i = 0; i < records; i++)
        {
            if (!journal.TryAppend(Texts.Any(number, i, chance), urgent: false, out var sequence))
                return;
            if (chance.Next(3) > 0)
            {
                await journal.Journal.CommitAsync(sequence).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
                if (policy == FlushPolicy.Always)
                    life.Durable = sequence;
            }
            if (chance.Next(5) == 0)
                journal.Time.Advance(TimeSpan.FromSeconds(1));
            if (i % 8 == 7)
            {
                journal.WriteCheckpoint();
                life.Durable = journal.Records.Count;
            }
        }
    }

    private sealed class Life
    {
        public List<string>? Found { get; set; }

        public List<string> Records { get; set; } = [];

        public long Durable { get; set; }

        public volatile bool IsCut;
    }
}
