using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract.Durable;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Sessions;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>What becomes of keys, and of clients, where the engine refuses.</summary>
public sealed class FailingEngineTests
{
    private readonly MemoryJournal _journal = new();

    [Fact]
    public async Task Who_comes_when_a_key_is_due_that_cannot_be_removed_is_answered()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        using var engine = new InProcessStreamEngine(new() { TimeProvider = time }, _journal.Open);
        var names = Enumerable.Range(0, 200).Select(static i => $"s{i}").ToList();
        foreach (var name in names)
            await engine.AppendAsync(name, new(EntryFields.Of(("a", "1"))));
        using var server = new RespServer(engine, new(), time);
        using var client = new PipeClient();
        var serving = server.ServeAsync(client.Connection);
        await client.SendAsync("SET k x PX 1000\r\n");
        Assert.Equal("+OK\r\n", await client.ReadAsync(5));
        names.ForEach(name => server.Keys.SetExpiry(name, server.Keys.Now + 1000));
        _journal.IsFull = true;

        time.Advance(TimeSpan.FromMilliseconds(2000));
        await client.SendAsync("INCR n\r\nGET k\r\nINCR n\r\n");

        Assert.Equal(":1\r\n$-1\r\n:2\r\n", await client.ReadAsync(13));
        client.EndSending();
        await serving.WaitAsync(ListenerHost.Patience);
    }

    [Fact]
    public async Task A_key_that_cannot_be_removed_keeps_nobody_waiting_until_it_is_tried_again()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        using var engine = new InProcessStreamEngine(new() { TimeProvider = time }, _journal.Open);
        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1"))));
        using var server = new RespServer(engine, new(), time);
        using var client = new PipeClient();
        var serving = server.ServeAsync(client.Connection);
        await client.SendAsync("SET k x PX 1500\r\n");
        Assert.Equal("+OK\r\n", await client.ReadAsync(5));
        var at = server.Keys.Now + 1000;
        server.Keys.SetExpiry("s", at);
        _journal.IsFull = true;
        time.Advance(TimeSpan.FromMilliseconds(1000));
        await server.EnterAloneAsync();
        server.ExitAlone();

        Assert.Equal(at, server.Keys.ExpiryOf("s"));
        Assert.True(server.Gate.TryEnterShared());
        await client.SendAsync("GET k\r\n");
        Assert.True(client.IsAnswered);
        Assert.Equal("$1\r\nx\r\n", await client.ReadAsync(7));
        server.Gate.ExitShared();

        // What is due meanwhile goes in time.
        time.Advance(TimeSpan.FromMilliseconds(500));
        await client.SendAsync("GET k\r\n");
        Assert.Equal("$-1\r\n", await client.ReadAsync(5));
        Assert.False(server.Keys.HasDue);
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(at, server.Keys.ExpiryOf("s"));
        _journal.IsFull = false;
        time.Advance(TimeSpan.FromMilliseconds(1000));
        await ListenerHost.UntilAsync(async () => !await engine.ExistsAsync("s"));
        client.EndSending();
        await serving.WaitAsync(ListenerHost.Patience);
    }

    [Fact]
    public async Task SWAPDB_that_fails_leaves_all_keys_where_they_were()
    {
        using var engine = new InProcessStreamEngine(new() { MaxMemory = 1 << 20 });
        var keys = new KeySpace(engine, TimeProvider.System, 1000);
        var large = Database.NameOf(1, "large"u8);
        await keys.PutAsync("text", new TextValue([1]));
        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1"))));
        keys.SetExpiry("s", keys.Now + 100_000);
        for (var i = 0; i < 7; i++)
            await engine.AppendAsync(large, new(EntryFields.Of(("a", new string('x', 100_000)))));
        StreamName[] before = ["s", "text", large];

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(() => keys.SwapAsync(0, 1).AsTask());

        Assert.Equal(StreamErrorCode.OutOfMemory, refusal.Code);
        Assert.Equal(before.Order(), engine.GetKeys().Append("text").Order());
        Assert.IsType<TextValue>(keys.Find("text"));
        Assert.NotNull(keys.ExpiryOf("s"));
        Assert.Null(keys.Find(Database.NameOf(Database.Count, "text"u8)));
    }

    [Fact]
    public async Task SWAPDB_that_fails_replaces_nothing_that_somebody_in_the_process_has_made_meanwhile()
    {
        var time = new Clock();
        using var engine = new InProcessStreamEngine(new() { MaxMemory = 1 << 20, TimeProvider = time });
        var keys = new KeySpace(engine, TimeProvider.System, 1000);
        var large = Database.NameOf(1, "large"u8);
        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId(1, 0)));
        List<StreamName> others = [.. Enumerable.Range(0, 20).Select(static i => (StreamName)$"other-{i}")];
        foreach (var other in others)
            await engine.AppendAsync(Database.NameOf(1, other.Bytes), new(EntryFields.Of(("a", "1"))));
        for (var i = 0; i < 7; i++)
            await engine.AppendAsync(large, new(EntryFields.Of(("a", new string('x', 100_000)))));
        // Once one of the others has come into database 0.
        time.WhenTimerEnds = () => engine.AppendAsync("s", new(EntryFields.Of(("b", "2")), new StreamEntryId(2, 0))).AsTask().Wait();
        var read = engine.ReadAsync(new() { Streams = [.. others.Select(static other => new StreamPosition(other, ReadPosition.End))], Block = TimeSpan.FromHours(1) }).AsTask();

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(() => keys.SwapAsync(0, 1).AsTask());

        (await read).Dispose();
        Assert.Equal(StreamErrorCode.OutOfMemory, refusal.Code);
        Assert.Contains(@"could not be moved back: 1. They are in the other database, or in database 0 under names that begin with '\x00dbq'", refusal.Message, StringComparison.Ordinal);
        var away = Database.NameOf(Database.Count, "s"u8);
        Assert.Equal((new StreamEntryId(2, 0), new StreamEntryId(1, 0)), (await LastAsync("s"), await LastAsync(away)));
        Assert.Contains(away, keys.KeysOf(0));
        Assert.Equal(others.Count + 1, keys.KeysOf(1).Count());

        async Task<StreamEntryId> LastAsync(StreamName stream) => (await engine.GetStreamInfoAsync(stream)).LastGeneratedId;
    }

    [Fact]
    public async Task SWAPDB_replaces_nothing_that_was_left_under_a_name_that_it_goes_by()
    {
        using var engine = new InProcessStreamEngine();
        var keys = new KeySpace(engine, TimeProvider.System, 1000);
        var (key, left) = (Database.NameOf(1, "s"u8), Database.NameOf(Database.Count, Database.NameOf(1, "s"u8).Bytes));
        await engine.AppendAsync(key, new(EntryFields.Of(("a", "1"))));
        await keys.PutAsync(left, new TextValue([1]));

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(() => keys.SwapAsync(1, 2).AsTask());

        Assert.EndsWith("is in the way", refusal.Message, StringComparison.Ordinal);
        Assert.Equal([key], engine.GetKeys());
        Assert.IsType<TextValue>(keys.Find(left));
    }

    // Tells when a read that waited is over.
    private sealed class Clock : FakeTimeProvider
    {
        public Action? WhenTimerEnds { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new WatchedTimer(base.CreateTimer(callback, state, dueTime, period), WhenTimerEnds);
    }

    private sealed class WatchedTimer(ITimer timer, Action? ends) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            timer.Dispose();
            ends?.Invoke();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
