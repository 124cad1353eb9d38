using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>The log says of itself up to where it is durable.</summary>
public sealed class MarkTests
{
    [Fact]
    public async Task Each_flush_tells_of_those_before_it()
    {
        var log = await SmallLog.MakeAsync();
        Assert.Equal(log.Records.Count - 1, log.Durable);
    }

    [Theory]
    [InlineData(FlushPolicy.Always)]
    [InlineData(FlushPolicy.EverySecond)]
    public async Task Where_no_flush_follows_the_log_tells_of_the_last_one_soon(FlushPolicy policy)
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, policy);
        await journal.CommitAsync("a");
        if (policy == FlushPolicy.EverySecond)
            journal.Time.Advance(TimeSpan.FromSeconds(1));
        // The flush thread sets its timer after the flush.
        await Eventually.HoldsAsync(() => IsDamageRefused(folder.Kill()), () => journal.Time.Advance(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task So_it_does_of_what_a_checkpoint_has_flushed()
    {
        var folder = new MemoryFolder();
        using var journal = new OpenJournal(folder, FlushPolicy.Never);
        await journal.CommitAsync("a");
        journal.Journal.WriteCheckpoint(0, []);
        await Eventually.HoldsAsync(() => IsDamageRefused(folder.Kill()), () => journal.Time.Advance(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task A_clean_end_tells_of_everything()
    {
        var folder = new MemoryFolder();
        var journal = new OpenJournal(folder, FlushPolicy.Never);
        await journal.CommitAsync("a");
        Assert.False(IsDamageRefused(folder.Kill()));
        journal.Dispose();
        Assert.True(IsDamageRefused(folder.Kill()));
    }

    private static bool IsDamageRefused(MemoryFolder folder)
    {
        folder[SmallLog.Name][FileHeader.Bytes + RecordHeader.Bytes] ^= 1;
        try
        {
            new OpenJournal(folder).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
