using System.Globalization;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>What leaves memory where it is short, so that what is new has room.</summary>
public sealed class ShortMemoryTests : IDisposable
{
    private const int MaxMemory = 1024 * 1024;
    private const int MaxEntryBytes = 600 * 1024;
    // A chunk each.
    private const int EntryBytes = 950;
    private const int NodeBytes = 1024;

    // In shards of their own.
    private static readonly StreamName Orders = "{a}", Others = "{b}", Third = "{c}";

    private readonly MemoryFolder _folder = new();
    private readonly Clock _clock = new();
    private readonly InProcessStreamEngine _engine;
    private readonly FileJournal _journal;

    public ShortMemoryTests() => _engine = OpenEngine.On(
        _folder,
        new() { MaxMemory = MaxMemory, MaxEntryBytes = MaxEntryBytes, NodeMaxBytes = NodeBytes, TimeProvider = _clock },
        OpenJournal.OptionsFor(FlushPolicy.Never, segmentBytes: 128 * 1024),
        out _journal);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Chunks_that_batches_show_do_not_keep_others_from_leaving()
    {
        await FillAsync(Orders, 600);
        using var shown = await _engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max, count: 300);
        await AppendAsync(Others, 400 * EntryBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_used_up_after_room_was_made_is_made_anew(bool isBatch)
    {
        await FillAsync(Orders, 300);
        await FillAsync(Others, 300);
        // Those of the one leave, and come back and are shown while an append is on its way.
        await AppendAsync(Third, 500 * EntryBytes);
        List<EntryBatch> shown = [];
        _clock.When = () =>
        {
            for (var from = RangeBound.Min; _engine.UsedMemory < MaxMemory - EntryBytes; from = RangeBound.Excluding(shown[^1].Entries[^1].Id))
                shown.Add(_engine.RangeAsync(Orders, from, RangeBound.Max, count: 1).AsTask().Result);
        };
        // At the expense of others.
        if (isBatch)
        {
            var results = new AppendResult[2];
            await _engine.AppendAsync("{d}", new[] { new AppendEntry(FieldsOf(1)), new AppendEntry(FieldsOf(2 * EntryBytes)) }, results);
            Assert.All(results, static result => Assert.Equal(AppendStatus.Stored, result.Status));
        }
        else
        {
            await AppendAsync("{d}", 2 * EntryBytes);
        }
        Assert.NotEmpty(shown);
        shown.ForEach(static batch => batch.Dispose());
    }

    [Fact]
    public async Task The_rest_of_a_batch_that_fails_leaves_its_beginning_stored()
    {
        await FillAsync(Orders, 600);
        List<EntryBatch> shown = [];
        // The second entry finds no room left, and when there is some the engine has ended.
        _clock.When = () =>
        {
            using var all = _engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max, count: 500).AsTask().Result;
            _clock.When = () => _clock.When = _engine.Dispose;
        };
        var results = new AppendResult[2];
        await _engine.AppendAsync("{d}", new[] { new AppendEntry(FieldsOf(1)), new AppendEntry(FieldsOf(500 * EntryBytes)) }, results);
        Assert.Equal(AppendStatus.Stored, results[0].Status);
        Assert.Equal((AppendStatus.MaybeStored, StreamErrorCode.Unavailable), (results[1].Status, results[1].Error?.Code));
    }

    [Fact]
    public async Task All_streams_lose_chunks_in_turn()
    {
        await FillAsync(Orders, 300);
        await FillAsync(Others, 300);
        foreach (var entries in (int[])[340, 480])
        {
            await AppendAsync(Third, entries * EntryBytes);
            await _engine.DeleteStreamAsync(Third);
        }
        WriteCheckpoint();
        Assert.True(await ReadBackAsync(Orders) > 0);
        Assert.True(await ReadBackAsync(Others) > 0);

        async Task<long> ReadBackAsync(StreamName stream)
        {
            var before = _journal.Chunks.BytesRead;
            for (var (from, left) = (RangeBound.Min, 300); left > 0; left -= 10)
            {
                using var read = await _engine.RangeAsync(stream, from, RangeBound.Max, count: 10);
                from = RangeBound.Excluding(read.Entries[^1].Id);
            }
            return _journal.Chunks.BytesRead - before;
        }
    }

    [Fact]
    public async Task What_is_left_of_first_chunks_leaves_too()
    {
        const int Streams = 400;
        for (var i = 0; i < Streams; i++)
        {
            for (var entry = 1; entry <= 6; entry++)
                await _engine.AppendAsync(Name(i), new AppendEntry(FieldsOf(160), NewEntryId.Explicit(new((ulong)entry, 0))));
            if (i % 20 < 19)
                continue;
            WriteCheckpoint();
            for (var trimmed = i - 19; trimmed <= i; trimmed++)
                Assert.Equal(1, await _engine.TrimAsync(Name(trimmed), StreamTrim.MaxLength(5)));
        }
        for (var i = 0; i < Streams; i++)
        {
            Assert.Equal(new(2, 0), (await _engine.GetStreamInfoAsync(Name(i))).RecordedFirstEntryId);
            using var left = await _engine.RangeAsync(Name(i), RangeBound.Min, RangeBound.Max);
            Assert.Equal("2-0 3-0 4-0 5-0 6-0", string.Join(' ', left.Entries.ToArray().Select(static entry => entry.Id)));
        }

        static StreamName Name(int number) => string.Create(CultureInfo.InvariantCulture, $"stream-{number}");
    }

    [Fact]
    public async Task Memory_full_of_what_cannot_leave_does_not_cost_a_checkpoint_for_each_append()
    {
        var streams = 0;
        while (await TryAppendAsync($"stream-{streams}"))
            streams++;
        Assert.InRange(streams, 1000, 3000);
        var checkpoints = 0;
        _folder.Before = (call, name) => checkpoints += call == "create" && name.StartsWith("checkpoint-", StringComparison.Ordinal) ? 1 : 0;
        for (var i = 0; i < 20; i++)
            Assert.False(await TryAppendAsync("one more"));
        Assert.Equal(0, checkpoints);
    }

    [Fact]
    public async Task An_entry_that_is_refused_for_its_size_makes_nothing_leave()
    {
        await FillAsync(Orders, 600);
        var used = _engine.UsedMemory;
        var refused = await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(Orders, MaxEntryBytes));
        Assert.Equal(StreamErrorCode.EntryTooLarge, refused.Code);
        Assert.Equal(used, _engine.UsedMemory);
    }

    private async Task<bool> TryAppendAsync(StreamName stream)
    {
        try
        {
            await AppendAsync(stream, 1);
            return true;
        }
        catch (StreamEngineException full) when (full.Code == StreamErrorCode.OutOfMemory)
        {
            return false;
        }
    }

    private async Task FillAsync(StreamName stream, int count)
    {
        for (var i = 0; i < count; i++)
            await AppendAsync(stream, EntryBytes);
        WriteCheckpoint();
    }

    private void WriteCheckpoint() => _journal.WriteCheckpoint(_journal.LastSequence, _engine.GetCheckpoint(partBytes: 1024).GetParts());

    private async Task AppendAsync(StreamName stream, int bytes) => await _engine.AppendAsync(stream, new AppendEntry(FieldsOf(bytes)));

    private static EntryFields FieldsOf(int bytes) => EntryFields.Of(("f", new string('v', bytes)));

    // Does something once when it is asked for the time.
    private sealed class Clock : TimeProvider
    {
        public Action? When { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            var when = When;
            When = null;
            when?.Invoke();
            return base.GetUtcNow();
        }
    }
}
