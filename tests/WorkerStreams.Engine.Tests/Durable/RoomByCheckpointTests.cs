using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Where memory is full, an append writes a checkpoint, which lets chunks leave that were in memory alone.</summary>
public sealed class RoomByCheckpointTests : IDisposable
{
    private const int MaxMemory = 1024 * 1024;
    private const int NodeBytes = 16 * 1024;
    private const int Nodes = 60;
    // Several to a chunk, and one that is a chunk of its own.
    private const int Small = 3_900, Large = NodeBytes - 200;

    private static readonly StreamName Orders = "orders", Others = "others";

    private readonly MemoryFolder _folder = new();
    private readonly Clock _time = new();
    private readonly InProcessStreamEngine _engine;

    public RoomByCheckpointTests() => _engine = Open(_folder, _time);

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task What_deletes_have_left_of_stored_chunks_leaves_though_a_checkpoint_has_just_freed_nothing()
    {
        List<StreamEntryId> first = [];
        for (var i = 0; i < 4 * Nodes; i++)
        {
            var id = await AppendAsync(Orders, Small);
            if (i % 4 == 0)
                first.Add(id);
        }
        await FillAsync();
        for (var i = 0; i < 50; i++)
            await _engine.DeleteStreamAsync(Filler(i));
        foreach (var id in first)
            Assert.Equal(1, await _engine.DeleteAsync(Orders, new[] { id }));
        await AppendManyAsync(Others, 2 * Nodes);
    }

    [Fact]
    public async Task What_was_the_last_of_its_stream_leaves_once_it_is_not()
    {
        await FillAsync();
        for (var i = 0; i < 5; i++)
            await _engine.DeleteStreamAsync(Filler(i));
        for (var i = 5; i < 50; i++)
            await AppendAsync(Filler(i), 1);
        await AppendManyAsync(Others, Nodes);
    }

    [Fact]
    public async Task One_that_fails_is_not_tried_again_by_each_append_but_once_a_while()
    {
        var tried = 0;
        _folder.Before = (call, name) =>
        {
            if (call != "write" || !name.StartsWith("chunks-", StringComparison.Ordinal))
                return;
            tried++;
            throw new IOException("No space left on device.");
        };
        while (await TryAppendAsync(Orders, Small))
            ;
        for (var i = 0; i < 10; i++)
            Assert.False(await TryAppendAsync(Orders, Small));
        Assert.Equal(1, tried);

        _folder.Before = null;
        await Eventually.HoldsAsync(() => TryAppendAsync(Orders, Small).Result, () => _time.Advance(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Who_holds_on_to_a_name_does_not_wait_for_one_and_who_takes_another_does()
    {
        await _engine.CreateGroupAsync(Orders, "g", GroupPosition.Beginning, createStream: true);
        await HoldAsync("a");
        while (_engine.UsedMemory < MaxMemory - (2 * NodeBytes))
            await AppendAsync(Others, Large);
        await _engine.CreateConsumerAsync(Orders, "g", new string('n', (int)(MaxMemory - _engine.UsedMemory) - 200));
        var chunks = 0;
        _folder.Before = (call, name) => chunks += call == "write" && name.StartsWith("chunks-", StringComparison.Ordinal) ? 1 : 0;

        await HoldAsync("a");
        Assert.Equal(0, chunks);
        await HoldAsync("b");
        Assert.NotEqual(0, chunks);

        async Task HoldAsync(StreamName consumer) => await _engine.HoldConsumerAsync(
            new() { Stream = Orders, Group = "g", Consumer = consumer, Holder = "h", Duration = TimeSpan.FromMinutes(1), Lease = TimeSpan.FromMinutes(1) });
    }

    [Fact]
    public async Task One_that_an_append_has_begun_has_all_streams_though_the_engine_ends_meanwhile()
    {
        var appended = 0;
        for (; appended < 2 * Nodes && _engine.UsedMemory < MaxMemory - (2 * NodeBytes); appended++)
            await AppendAsync(appended % 2 == 0 ? Orders : Others, Large);

        using var isWriting = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var ending = new Thread(_engine.Dispose);
        var append = new Thread(AppendUntilWriting);
        _folder.Before = (call, name) =>
        {
            if (call == "write" && name.StartsWith("chunks-", StringComparison.Ordinal) && !isWriting.IsSet)
            {
                isWriting.Set();
                goOn.Wait();
            }
        };
        var read = WhenAllButTheLastAreGone(append.Join);
        append.Start();
        isWriting.Wait();
        ending.Start();
        Assert.True(SpinWait.SpinUntil(() => ending.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(30)));
        goOn.Set();
        append.Join();
        ending.Join();
        await Assert.ThrowsAsync<StreamEngineException>(() => read);

        using var again = Open(_folder.Kill(), _time);
        Assert.InRange(await again.GetLengthAsync(Orders) + await again.GetLengthAsync(Others), appended, appended + 2);

        void AppendUntilWriting()
        {
            for (var isOpen = true; isOpen && !isWriting.IsSet;)
                isOpen = TryAppendAsync(Orders, Large).Result;
        }
    }

    [Fact]
    public async Task None_is_begun_once_streams_are_gone_and_others_fill_memory()
    {
        await AppendAsync(Orders, Large);
        var last = InShard(63);
        var appended = 0;
        var read = WhenAllButTheLastAreGone(() => Append(times: 3));
        while (_engine.UsedMemory < MaxMemory - (2 * NodeBytes))
            Append(times: 1);
        _engine.Dispose();
        await Assert.ThrowsAsync<StreamEngineException>(() => read);

        using var again = Open(_folder.Kill(), _time);
        Assert.Equal((1, appended), (await again.GetLengthAsync(Orders), await again.GetLengthAsync(last)));

        void Append(int times)
        {
            for (; times > 0; times--)
                appended += TryAppendAsync(last, Large).Result ? 1 : 0;
        }
    }

    // Shards go one after the other, and whoever waits in them is told so.
    private Task<EntryBatch> WhenAllButTheLastAreGone(Action action)
    {
        _time.WhenTimerEnds = action;
        return _engine.ReadAsync(new() { Streams = [new(InShard(62), ReadPosition.End)], Block = TimeSpan.FromHours(1) }).AsTask();
    }

    private static StreamName InShard(int shard) => Enumerable.Range(1_000, 10_000).Select(Filler).First(name => name.Slot % 64 == shard);

    // Until memory is full of what cannot leave: a stream's last chunk stays.
    private async Task FillAsync()
    {
        for (var i = 0; await TryAppendAsync(Filler(i), Large); i++)
            ;
    }

    private async Task AppendManyAsync(StreamName stream, int count)
    {
        for (var i = 0; i < count; i++)
            await AppendAsync(stream, Large);
    }

    private async Task<bool> TryAppendAsync(StreamName stream, int bytes)
    {
        try
        {
            await AppendAsync(stream, bytes);
            return true;
        }
        catch (StreamEngineException full) when (full.Code is StreamErrorCode.OutOfMemory or StreamErrorCode.Unavailable)
        {
            return false;
        }
    }

    private async Task<StreamEntryId> AppendAsync(StreamName stream, int bytes) => (await _engine.AppendAsync(stream, new AppendEntry(EntryFields.Of(("f", new string('v', bytes))))))!.Value;

    private static StreamName Filler(int number) => string.Create(CultureInfo.InvariantCulture, $"filler-{number}");

    private static InProcessStreamEngine Open(MemoryFolder folder, TimeProvider time) => OpenEngine.On(
        folder, new() { MaxMemory = MaxMemory, NodeMaxBytes = NodeBytes, TimeProvider = time }, OpenJournal.OptionsFor(FlushPolicy.Never, segmentBytes: 128 * 1024));

    private sealed class Clock : FakeTimeProvider
    {
        public Action? WhenTimerEnds { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            WhenTimerEnds is { } ends ? new WatchedTimer(base.CreateTimer(callback, state, dueTime, period), ends) : base.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class WatchedTimer(ITimer timer, Action ends) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            timer.Dispose();
            ends();
        }

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
