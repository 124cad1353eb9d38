using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;
using static WorkerStreams.Engine.Tests.Durable.StoredOrders;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Entries that lie in a file of chunks which is not as it was written.</summary>
public sealed class DamagedChunkTests
{
    [Fact]
    public async Task A_bit_that_has_flipped_anywhere_is_never_read_as_an_entry()
    {
        var folder = await MakeAsync();
        var bytes = folder[TheFile];
        var found = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            var damaged = folder.Kill();
            damaged[TheFile] = Flipped(bytes, at);
            try
            {
                using var engine = Open(damaged);
                await ReadAllAsync(engine);
            }
            catch (Exception damage) when (damage is IOException or StreamEngineException)
            {
                found++;
                Assert.True(damage is IOException || ((StreamEngineException)damage).Code == StreamErrorCode.Unavailable);
                Assert.Contains(TheFile, damage.Message, StringComparison.Ordinal);
            }
        }
        // All but what is not looked at: the rest of the header, and what fills records up.
        Assert.InRange(found, bytes.Length - FileHeader.Bytes, bytes.Length);
    }

    [Fact]
    public async Task What_cannot_be_read_ends_the_service_and_says_where_it_is()
    {
        var folder = await MakeAsync();
        folder[TheFile] = Flipped(folder[TheFile], folder[TheFile].Length - 100);
        using var engine = Open(folder);
        var failure = await Assert.ThrowsAsync<StreamEngineException>(() => ReadAllAsync(engine));
        Assert.Matches($"{TheFile}.* at byte [0-9]+", failure.Message);
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(engine, 100))).Code);
    }

    [Fact]
    public async Task What_fails_for_it_changes_nothing_and_the_engine_ends_in_order()
    {
        var folder = await MakeAsync();
        for (var at = FileHeader.Bytes; at < folder[TheFile].Length; at++)
            folder[TheFile] = Flipped(folder[TheFile], at);
        using (var engine = Open(folder))
        {
            // The first chunk goes, and the next is to be cut.
            await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.TrimAsync(Orders, StreamTrim.MaxLength(5)));
            Assert.Equal(Entries, await engine.GetLengthAsync(Orders));
        }
        // It has let go of the folder.
        Open(folder).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_missing_or_too_short_is_refused_at_the_start(bool isThere)
    {
        var folder = await MakeAsync();
        if (isThere)
            folder[TheFile] = folder[TheFile][..^50];
        else
            folder.Delete(TheFile);
        Assert.Contains(TheFile, Assert.ThrowsAny<IOException>(() => Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smaller_limits_than_it_was_written_with_lose_nothing_of_a_chunk()
    {
        var folder = await MakeAsync();
        using var engine = Open(folder, out _, nodeMaxEntries: 1);
        Assert.Equal(1, await engine.DeleteAsync(Orders, new StreamEntryId[] { new(3, 0) }));
        using var left = await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal(["1-0", "2-0", "4-0", "5-0", "6-0", "7-0", "8-0", "9-0", "10-0"], left.Entries.ToArray().Select(static entry => entry.Id.ToString()));
    }

    [Fact]
    public async Task Entries_of_another_log_are_refused()
    {
        var folder = await MakeAsync();
        folder[TheFile] = (await MakeAsync())[TheFile];
        Assert.Contains("another log", Assert.ThrowsAny<IOException>(() => Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_that_the_checkpoint_does_not_tell_of_are_not_taken_for_those_that_it_does()
    {
        const string Next = "chunks-000000000002";
        var folder = await MakeAsync();
        // The same log goes on in two ways.
        var (one, other) = (await GoOnAsync(folder.Kill(), 11), await GoOnAsync(folder.Kill(), 21));
        Assert.Equal(one[Next].Length, other[Next].Length);
        one[Next] = other[Next];
        using var engine = Open(one);
        var failure = await Assert.ThrowsAsync<StreamEngineException>(async () => (await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max)).Dispose());
        Assert.Matches($"{Next}.* not those that the checkpoint tells of", failure.Message);

        static async Task<MemoryFolder> GoOnAsync(MemoryFolder folder, int from)
        {
            using var engine = Open(folder, out var journal);
            for (var i = from; i < from + 4; i++)
                await AppendAsync(engine, i);
            WriteCheckpoint(engine, journal);
            return folder.Kill();
        }
    }

    [Fact]
    public async Task Damage_is_told_by_a_thread_that_holds_no_lock()
    {
        var folder = await MakeAsync();
        folder[TheFile] = Flipped(folder[TheFile], folder[TheFile].Length - 100);
        var told = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        InProcessStreamEngine? engine = null;
        // What it asks needs the lock.
        void Tell(JournalEvent failed) => told.TrySetResult(engine!.GetLengthAsync(Orders).AsTask().Result);
        engine = OpenEngine.On(folder, new(), OpenJournal.OptionsFor(FlushPolicy.Always) with { Log = Tell });
        await Assert.ThrowsAsync<StreamEngineException>(() => ReadAllAsync(engine));
        Assert.Equal(Entries, await told.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        engine.Dispose();
    }

    [Fact]
    public async Task A_read_that_waits_fails_with_what_it_would_have_been_served()
    {
        StreamName group = "g";
        var folder = await MakeAsync();
        folder[TheFile] = Flipped(folder[TheFile], folder[TheFile].Length - 100);
        using var engine = Open(folder);
        await engine.CreateGroupAsync(Orders, group, GroupPosition.End);
        var read = engine.ReadGroupAsync(new() { Group = group, Consumer = "c", Streams = [new(Orders, ReadPosition.Undelivered)], Block = TimeSpan.Zero }).AsTask();
        await engine.SetGroupIdAsync(Orders, group, GroupPosition.Beginning);
        await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(engine, 100));
        var failure = await Assert.ThrowsAsync<StreamEngineException>(() => read.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(TheFile, failure.Message, StringComparison.Ordinal);
    }
}
