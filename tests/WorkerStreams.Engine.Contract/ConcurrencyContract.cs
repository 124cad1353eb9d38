using System.Collections.Concurrent;
using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>Many threads on one engine.</summary>
public abstract class ConcurrencyContract(EngineFixture fixture) : EngineContract(fixture)
{
    private const int Writers = 4;
    private const int Readers = 4;
    private const int PerWriter = 1_500;

    [Fact]
    public async Task Each_entry_is_delivered_once_to_the_group_and_every_reader_sees_ids_go_up()
    {
        await CreateGroupAsync();
        var appended = new ConcurrentBag<StreamEntryId>();
        var delivered = new ConcurrentBag<StreamEntryId>();
        using var done = new CancellationTokenSource();
        await Together(Writers + Readers, async index =>
        {
            try
            {
                await (index < Writers ? WriteAsync(appended) : ConsumeAsync($"c{index}", delivered, done));
            }
            catch
            {
                await done.CancelAsync();
                throw;
            }
        });

        Assert.Equal(Writers * PerWriter, appended.Distinct().Count());
        Assert.Equal(appended.Order(), delivered.Order());
        Assert.Equal(0, (await Engine.GetPendingSummaryAsync(Stream, Group)).Count);
        var group = await GroupInfoAsync();
        Assert.Equal((Writers * PerWriter, 0), (group.EntriesRead, group.Lag));
        using var all = await Engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max);
        AssertRises(all, StreamEntryId.MinValue);
        Assert.Equal(Writers * PerWriter, all.Count);
    }

    [Fact]
    public async Task Each_pending_entry_is_acknowledged_by_one()
    {
        await CreateGroupAsync();
        await AppendBatchAsync(IdRun(1, 2_000));
        await DeliverAsync("a");
        var ids = Ids(IdRun(1, 2_000));
        long acknowledged = 0;
        await Together(4, async index =>
        {
            var mine = ids.ToArray();
            new Random(index).Shuffle(mine);
            foreach (var some in mine.Chunk(50))
                Interlocked.Add(ref acknowledged, await Engine.AcknowledgeAsync(Stream, Group, some));
        });
        Assert.Equal(2_000, acknowledged);
        Assert.Equal("0 pending ..", (await Engine.GetPendingSummaryAsync(Stream, Group)).ToText());
    }

    [Fact]
    public async Task Each_entry_is_moved_by_one()
    {
        await AppendBatchAsync(IdRun(1, 1_000));
        var moved = new ConcurrentBag<StreamEntryId>();
        await Together(4, async index =>
        {
            var mine = Ids(IdRun(1, 1_000));
            new Random(index).Shuffle(mine);
            foreach (var some in mine.Chunk(50))
            {
                var newIds = new StreamEntryId?[some.Length];
                await Engine.MoveAsync(new() { Source = Stream, Destination = Other, Entries = Array.ConvertAll(some, id => new MoveEntry(id, Fields())) }, newIds);
                foreach (var id in newIds.OfType<StreamEntryId>())
                    moved.Add(id);
            }
        });
        using var there = await Engine.RangeAsync(Other, RangeBound.Min, RangeBound.Max);
        Assert.Equal((0, 1_000), (await Engine.GetLengthAsync(Stream), there.Count));
        Assert.Equal(there.Entries.ToArray().Select(entry => entry.Id), moved.Order());
    }

    [Fact]
    public async Task Streams_are_written_read_and_deleted_side_by_side()
    {
        await Together(8, async index =>
        {
            var stream = index % 2 == 0 ? NewStream($"mine{index}") : new StreamName($"{Guid.NewGuid():N}");
            for (var round = 0; round < 20; round++)
            {
                await CreateGroupAsync(stream: stream);
                await AppendAsync(IdRun(1, 30), stream);
                Assert.Equal(IdRun(1, 30), await ReadGroupAsync(ReadFor("a", ">", stream)));
                Assert.Equal(30, await Engine.AcknowledgeAsync(stream, Group, Ids(IdRun(1, 30))));
                Assert.True(await Engine.DeleteStreamAsync(stream));
            }
        });
    }

    [Fact]
    public async Task Reads_of_several_streams_in_any_order_do_not_block_each_other()
    {
        StreamName[] streams = [.. Enumerable.Range(0, 6).Select(i => Traits.ReadsAcrossSlots ? $"{Guid.NewGuid():N}" : NewStream($"{i}"))];
        foreach (var stream in streams)
            await CreateGroupAsync(stream: stream);
        long delivered = 0;
        await Together(6, async index =>
        {
            var mine = streams.ToArray();
            new Random(index).Shuffle(mine);
            for (var round = 0; round < 100; round++)
            {
                await AppendAsync("*", mine[0]);
                using var batch = await Engine.ReadGroupAsync(ReadFor($"c{index}", ">", mine));
                Interlocked.Add(ref delivered, batch.Count);
            }
        });
        using var rest = await Engine.ReadGroupAsync(ReadFor("last", ">", streams));
        Assert.Equal(600, delivered + rest.Count);
    }

    private static Task Together(int count, Func<int, Task> body) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = count }, async (index, _) => await body(index));

    private async Task WriteAsync(ConcurrentBag<StreamEntryId> appended)
    {
        var last = StreamEntryId.MinValue;
        for (var i = 0; i < PerWriter; i++)
        {
            var id = await AppendAsync("*");
            Assert.True(id > last, $"{id} came after {last}.");
            appended.Add(last = id);
            if (i % 16 == 0)
                await Task.Yield();
        }
    }

    private async Task ConsumeAsync(StreamName consumer, ConcurrentBag<StreamEntryId> delivered, CancellationTokenSource done)
    {
        var last = StreamEntryId.MinValue;
        try
        {
            while (true)
            {
                using var batch = await Engine.ReadGroupAsync(ReadFor(consumer) with { Count = 20, Block = TimeSpan.Zero }, done.Token);
                last = AssertRises(batch, last);
                StreamEntryId[] ids = [.. batch.Entries.ToArray().Select(entry => entry.Id)];
                Assert.Equal(ids.Length, await Engine.AcknowledgeAsync(Stream, Group, ids));
                foreach (var id in ids)
                    delivered.Add(id);
                if (delivered.Count >= Writers * PerWriter)
                    await done.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Everything is delivered.
        }
    }

    private static StreamEntryId AssertRises(EntryBatch batch, StreamEntryId last)
    {
        foreach (var entry in batch.Entries)
        {
            Assert.True(entry.Id > last, $"{entry.Id} came after {last}.");
            last = entry.Id;
        }
        return last;
    }
}
