using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>A disk on which nothing finds room any more that takes any: no segment, no chunk, no checkpoint.</summary>
public sealed class FullDiskTests
{
    private const int SegmentBytes = 8192;

    private static readonly StreamName Orders = "orders", Others = "others", Group = "g";

    private readonly MemoryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<JournalEvent> _told = [];

    [Fact]
    public async Task What_an_engine_has_filled_by_itself_it_frees_once_streams_are_trimmed()
    {
        _folder.Capacity = 30 * SegmentBytes;
        using var engine = Open(_folder);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        var appended = await AppendUntilFullAsync(engine);
        using (var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Count = 10, Streams = [new(Orders, ReadPosition.Undelivered)] }))
            Assert.Equal(10, await engine.AcknowledgeAsync(Orders, Group, read.Entries.ToArray().Select(static entry => entry.Id).ToArray()));

        // The checkpoint that would make room finds no room for all entries, and takes none.
        var free = _folder.FreeBytes;
        await Eventually.HoldsAsync(() => HasBeenTold(JournalEventKind.CheckpointFailed), () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal(free, _folder.FreeBytes);
        Assert.False(await TryAppendAsync(engine));
        using (var again = Open(_folder.Kill()))
            Assert.Equal(appended, await again.GetLengthAsync(Orders));

        Assert.Equal(appended - 10, await engine.TrimAsync(Orders, StreamTrim.MaxLength(10)));
        await Eventually.HoldsAsync(() => TryAppendAsync(engine).Result, () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.InRange(await AppendUntilFullAsync(engine), appended / 2, 2 * appended);
        var length = await engine.GetLengthAsync(Orders);
        using var last = Open(_folder.Kill());
        Assert.Equal(length, await last.GetLengthAsync(Orders));
    }

    [Fact]
    public async Task What_lies_between_the_entries_of_another_stream_it_frees_file_by_file()
    {
        using var engine = Open(_folder, out var journal);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(await TryAppendAsync(engine) && await TryAppendAsync(engine, Others));
            if (i % 100 == 99)
                StoredOrders.WriteCheckpoint(engine, journal);
        }
        await engine.DeleteStreamAsync(Orders);
        await Eventually.NoSegmentIsMadeAsync(_folder);
        // Enough for the copies of one file's other half, and not for those of all.
        _folder.Fill(free: 4 * SegmentBytes);
        for (var checkpoint = 0; checkpoint < 20; checkpoint++)
            StoredOrders.WriteCheckpoint(engine, journal);
        Assert.InRange(_folder.FreeBytes!.Value, 10 * SegmentBytes, long.MaxValue);
        using var again = Open(_folder.Kill());
        Assert.Equal(1000, await again.GetLengthAsync(Others));
    }

    [Fact]
    public async Task What_little_has_changed_since_the_last_checkpoint_is_enough_for_another()
    {
        using var engine = Open(_folder);
        for (var i = 0; i < 200; i++)
            Assert.True(await TryAppendAsync(engine));
        await engine.TrimAsync(Orders, StreamTrim.MaxLength(0));
        await Eventually.NoSegmentIsMadeAsync(_folder);
        _folder.Fill(free: (2 * SegmentBytes) - 1);
        await AppendUntilFullAsync(engine);
        await engine.TrimAsync(Orders, StreamTrim.MaxLength(0));
        await Eventually.HoldsAsync(() => TryAppendAsync(engine).Result, () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.False(HasBeenTold(JournalEventKind.CheckpointFailed));
    }

    [Fact]
    public async Task Where_others_have_taken_the_last_byte_it_goes_on_as_soon_as_there_is_room()
    {
        using var engine = Open(_folder);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        Assert.True(await TryAppendAsync(engine));
        // All that is made ready is there.
        await Eventually.HoldsAsync(() => FileNames.Segments(_folder.List()).Count == 3);
        _folder.Fill();
        var isTried = false;
        _folder.Before = (call, name) => isTried |= call == "create" && name.StartsWith("segment", StringComparison.Ordinal);
        var length = 1 + await AppendUntilFullAsync(engine);
        // Out of what is kept back.
        for (var left = length; left > length / 2; left--)
        {
            using (var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Count = 1, Streams = [new(Orders, ReadPosition.Undelivered)] }))
                Assert.Equal(1, await engine.AcknowledgeAsync(Orders, Group, new[] { read.Entries[0].Id }));
        }
        await engine.TrimAsync(Orders, StreamTrim.MaxLength(1));
        await Eventually.HoldsAsync(() => HasBeenTold(JournalEventKind.CheckpointFailed), () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.False(await TryAppendAsync(engine));
        Assert.False(isTried);

        _folder.Capacity = null;
        await Eventually.HoldsAsync(() => TryAppendAsync(engine).Result, () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal(2, await engine.GetLengthAsync(Orders));
        using var again = Open(_folder.Kill());
        Assert.Equal(2, await again.GetLengthAsync(Orders));
    }

    private bool HasBeenTold(JournalEventKind kind)
    {
        lock (_told)
            return _told.Exists(told => told.Kind == kind);
    }

    private static async Task<int> AppendUntilFullAsync(InProcessStreamEngine engine)
    {
        var appended = 0;
        while (await TryAppendAsync(engine))
            appended++;
        return appended;
    }

    private static async Task<bool> TryAppendAsync(InProcessStreamEngine engine, StreamName? stream = null)
    {
        try
        {
            await engine.AppendAsync(stream ?? Orders, new AppendEntry(EntryFields.Of(("number", new string('1', 100)))));
            return true;
        }
        catch (StreamEngineException full) when (full.Code == StreamErrorCode.DiskFull)
        {
            return false;
        }
    }

    private InProcessStreamEngine Open(MemoryFolder folder) => Open(folder, out _);

    private InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal) => OpenEngine.On(
        folder,
        new() { TimeProvider = _time, NodeMaxBytes = 1024, JournalLog = Tell },
        OpenJournal.OptionsFor(FlushPolicy.Never, SegmentBytes) with { TimeProvider = _time, Log = Tell },
        out journal);

    private void Tell(JournalEvent told)
    {
        lock (_told)
            _told.Add(told);
    }
}
