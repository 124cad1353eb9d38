using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Contract.Durable;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>What an engine with a folder says when the disk does not do its part.</summary>
public sealed class DurableEngineTests
{
    private static readonly StreamName Orders = "orders";
    private static readonly StreamName Group = "g";

    private readonly MemoryFolder _folder = new();

    [Fact]
    public async Task On_a_full_disk_nothing_is_appended_and_what_was_delivered_is_acknowledged()
    {
        using var engine = Open(_folder);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        await AppendAsync(engine);
        using var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)] });
        _folder.Fill();

        var full = await Assert.ThrowsAsync<StreamEngineException>(async () =>
        {
            while (true)
                await AppendAsync(engine);
        });
        Assert.Equal((StreamErrorCode.DiskFull, false), (full.Code, full.MayHaveTakenEffect));
        var length = await engine.GetLengthAsync(Orders);
        // Who finds nothing uses up nothing of what is left for this.
        for (var i = 0; i < 2000; i++)
            (await engine.ReadGroupAsync(new() { Group = Group, Consumer = "bob", Streams = [new(Orders, ReadPosition.Undelivered)] })).Dispose();
        Assert.Equal(1, await engine.AcknowledgeAsync(Orders, Group, new[] { read.Entries[0].Id }));

        using var again = Open(_folder.Kill());
        Assert.Equal(length, await again.GetLengthAsync(Orders));
        Assert.Equal(length - 1, (await again.GetPendingSummaryAsync(Orders, Group)).Count);
    }

    [Fact]
    public async Task Who_holds_a_name_takes_memory_after_a_start_too()
    {
        var holder = new string('h', 100_000);
        using var engine = Open(_folder);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        await engine.HoldConsumerAsync(new() { Stream = Orders, Group = Group, Consumer = "alice", Holder = holder, Duration = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) });

        using var again = Open(_folder.Kill());
        Assert.Equal(engine.UsedMemory, again.UsedMemory);
        await again.LeaveConsumerAsync(Orders, Group, "alice", holder);
        Assert.InRange(again.UsedMemory, 0, engine.UsedMemory - holder.Length);
        await again.DeleteStreamAsync(Orders);
        Assert.Equal(0, again.UsedMemory);
    }

    [Fact]
    public async Task After_a_failed_flush_nothing_changes_any_more_and_what_had_returned_is_there_the_next_time()
    {
        using var engine = Open(_folder);
        var stored = await AppendAsync(engine);
        await engine.AppendAsync("invoices", new AppendEntry(EntryFields.Of(("number", "1"))));
        _folder.Before = static (call, _) =>
        {
            if (call == "flush")
                throw new IOException("Input/output error");
        };
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(engine))).Code);
        _folder.Before = null;
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(() => AppendAsync(engine))).Code);
        // Nothing is told of what is not on the disk; what is may be read on.
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.GetLengthAsync(Orders))).Code);
        Assert.Equal(1, await engine.GetLengthAsync("invoices"));

        using var again = Open(_folder.Crash(chance: null));
        using var entries = await again.RangeAsync(Orders, RangeBound.Min, RangeBound.Max);
        Assert.Equal([stored], entries.Entries.ToArray().Select(static entry => (StreamEntryId?)entry.Id));
    }

    [Fact]
    public async Task After_a_failed_flush_nothing_is_told_that_only_the_system_had()
    {
        var (time, failed) = (new FakeTimeProvider(), false);
        var options = OpenJournal.OptionsFor(FlushPolicy.EverySecond, segmentBytes: 8192) with { TimeProvider = time, Log = happened => failed |= happened.Kind == JournalEventKind.Failed };
        using var engine = OpenEngine.On(_folder, new() { TimeProvider = time }, options, out var journal);
        await engine.AppendAsync("invoices", new AppendEntry(EntryFields.Of(("number", "1"))));
        // Flushes, as nobody else does before time goes on.
        StoredOrders.WriteCheckpoint(engine, journal);
        _folder.Before = static (call, name) =>
        {
            if (call == "flush" && !name.EndsWith(FileNames.Temporary, StringComparison.Ordinal))
                throw new IOException("Input/output error");
        };
        await AppendAsync(engine);
        await Eventually.HoldsAsync(() => failed, () => time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.GetLengthAsync(Orders))).Code);
        Assert.Equal(StreamErrorCode.Unavailable, (await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.CommitAsync())).Code);
        Assert.Equal(1, await engine.GetLengthAsync("invoices"));
    }

    [Fact]
    public async Task Who_waits_is_given_an_entry_once_it_is_on_the_disk()
    {
        using var disk = new ManualResetEventSlim(initialState: true);
        using var engine = Open(_folder);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        var reads = new[]
        {
            engine.ReadAsync(new() { Streams = [new(Orders, ReadPosition.End)], Block = TimeSpan.Zero }).AsTask(),
            engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)], Block = TimeSpan.Zero }).AsTask(),
        };
        _folder.Before = (call, _) =>
        {
            if (call == "flush")
                disk.Wait();
        };
        disk.Reset();
        var appended = AppendAsync(engine);
        var told = engine.CommitAsync().AsTask();
        await Task.WhenAny([.. reads, appended, told, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System)]);
        var isTooEarly = appended.IsCompleted || told.IsCompleted || reads.Any(static read => read.IsCompleted);
        disk.Set();
        Assert.False(isTooEarly);
        Assert.NotNull(await appended);
        foreach (var read in reads)
            Assert.Equal(1, (await read).Count);
        await told;
    }

    [Fact]
    public async Task Who_is_told_that_the_disk_is_full_may_call_the_engine()
    {
        InProcessStreamEngine? engine = null;
        var told = new TaskCompletionSource<StreamErrorCode>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine = Open(_folder, new(), FlushPolicy.Never, notice => _ = CallAsync());
        await AppendAsync(engine);
        _folder.Fill();
        var filling = Task.Factory.StartNew(FillAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        Assert.Equal(StreamErrorCode.DiskFull, await told.Task.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal(StreamErrorCode.DiskFull, await filling);
        engine.Dispose();

        // By the thread that was told, as nothing waits for a flush.
        async Task CallAsync() => told.TrySetResult(await FillAsync());

        async Task<StreamErrorCode> FillAsync() => (await Assert.ThrowsAsync<StreamEngineException>(async () =>
        {
            while (true)
                await AppendAsync(engine!);
        })).Code;
    }

    [Fact]
    public async Task A_read_that_has_waited_in_vain_has_made_its_consumer_for_good()
    {
        var time = new FakeTimeProvider();
        using var disk = new ManualResetEventSlim(initialState: true);
        using var engine = Open(_folder, time);
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        _folder.Before = (call, _) =>
        {
            if (call == "flush")
                disk.Wait();
        };
        disk.Reset();
        var read = engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)], Block = TimeSpan.FromMilliseconds(10) });
        time.Advance(TimeSpan.FromMilliseconds(10));
        var isTooEarly = read.IsCompleted;
        disk.Set();
        Assert.False(isTooEarly);
        (await read).Dispose();

        using var again = Open(_folder.Crash(chance: null));
        Assert.Single(await again.GetConsumersAsync(Orders, Group));
    }

    [Fact]
    public async Task Who_waits_on_is_recorded_once_a_second_whatever_is_appended()
    {
        var (journal, time) = (new MemoryJournal(), new FakeTimeProvider());
        using var engine = new InProcessStreamEngine(new() { TimeProvider = time }, replay => journal.Open(replay));
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.After(StreamEntryId.MaxValue), createStream: true);
        var alone = await AppendedBytesAsync();
        using var cancellation = new CancellationTokenSource();
        var read = engine.ReadGroupAsync(new() { Group = Group, Consumer = "alice", Streams = [new(Orders, ReadPosition.Undelivered)], Block = TimeSpan.Zero }, cancellation.Token);
        Assert.Equal(alone, await AppendedBytesAsync());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotEqual(alone, await AppendedBytesAsync());
        Assert.Equal(alone, await AppendedBytesAsync());
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);

        async Task<long> AppendedBytesAsync()
        {
            var before = journal.BytesSinceCheckpoint;
            await AppendAsync(engine);
            return journal.BytesSinceCheckpoint - before;
        }
    }

    [Fact]
    public async Task Numbers_that_a_checkpoint_knows_are_not_given_again_where_the_records_after_it_are_gone()
    {
        var journal = new MemoryJournal();
        using (var engine = new InProcessStreamEngine(new(), replay => journal.Open(replay)))
        {
            await AppendAsync(engine);
            var since = journal.LastSequence;
            await AppendAsync(engine);
            journal.Keep(since, [.. engine.GetCheckpoint(partBytes: 1).GetParts().Select(static part => part.ToArray())]);
        }
        journal.CutAfter(1);

        using (var engine = new InProcessStreamEngine(new(), replay => journal.Open(replay)))
            await AppendAsync(engine);
        using var last = new InProcessStreamEngine(new(), replay => journal.Open(replay));
        Assert.Equal(3, await last.GetLengthAsync(Orders));
    }

    [Fact]
    public async Task What_was_trimmed_is_not_replayed_once_the_engine_was_closed()
    {
        var options = new InProcessEngineOptions { TimeProvider = new FakeTimeProvider(), CheckpointBytes = 4096 };
        var journalOptions = OpenJournal.OptionsFor(FlushPolicy.EverySecond, segmentBytes: 8192);
        using (var engine = OpenEngine.On(_folder, options, journalOptions))
        {
            for (var i = 0; i < 500; i++)
                await AppendAsync(engine);
            await engine.TrimAsync(Orders, StreamTrim.MaxLength(1));
        }
        using var again = OpenEngine.On(_folder, options, journalOptions, out var journal);
        Assert.InRange(journal.BytesSinceCheckpoint, 0, 4096);
        Assert.Equal(1, await again.GetLengthAsync(Orders));
    }

    private static InProcessStreamEngine Open(MemoryFolder folder) => Open(folder, new());

    private static InProcessStreamEngine Open(MemoryFolder folder, FakeTimeProvider time, FlushPolicy policy = FlushPolicy.Always, Action<JournalEvent>? log = null) =>
        OpenEngine.On(folder, new() { TimeProvider = time }, OpenJournal.OptionsFor(policy, segmentBytes: 8192) with { Log = log });

    private static async Task<StreamEntryId?> AppendAsync(InProcessStreamEngine engine) =>
        await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("number", new string('1', 100)))));
}
