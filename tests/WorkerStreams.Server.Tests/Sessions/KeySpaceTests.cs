using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>What the engine tells a front of its streams.</summary>
public sealed class KeySpaceTests
{
    private const long Start = 1_700_000_000_000;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(Start));

    [Fact]
    public async Task Streams_are_keys_while_they_are_there()
    {
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync("empty", "g", GroupPosition.End, createStream: true);
        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1"))));

        Assert.True(await engine.ExistsAsync("empty"));
        Assert.False(await engine.ExistsAsync("nothing"));
        Assert.Equal(["empty", "s"], engine.GetKeys().Select(static key => key.ToString()).Order());

        await engine.DeleteStreamAsync("s");
        Assert.Equal(["empty"], engine.GetKeys().Select(static key => key.ToString()));
    }

    [Fact]
    public async Task All_of_a_stream_is_told_with_the_times_of_the_engine()
    {
        using var engine = new InProcessStreamEngine(new() { TimeProvider = _time });
        for (var number = 1; number <= 3; number++)
            await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId((ulong)number, 0)));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
        await ReadAsync(engine, "c", 2);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await ReadAsync(engine, "d", 1);
        await ReadAsync(engine, "e", 1);

        using var full = await engine.GetFullStreamInfoAsync("s", count: 2);

        Assert.Equal(3, full.Stream.Length);
        Assert.Equal(2, full.Entries.Count);
        var group = Assert.Single(full.Groups);
        Assert.Equal(3, group.Group.Pending);
        Assert.Equal([new(new(1, 0), "c", Start, 1), new(new(2, 0), "c", Start, 1)], group.Pending);
        Assert.Equal(["c 0 0 2", "d 500 500 1", "e 500 never 0"], group.Consumers.Select(static consumer =>
            $"{consumer.Name} {consumer.SeenAt - Start} {(consumer.ActiveAt is { } active ? active - Start : (object)"never")} {consumer.PendingCount}"));
        Assert.Equal([new(new(3, 0), "d", Start + 500, 1)], group.Consumers[1].Pending);
        Assert.Empty(group.Consumers[2].Pending);
    }

    [Fact]
    public async Task Of_a_stream_that_is_not_there_nothing_is_told()
    {
        using var engine = new InProcessStreamEngine();

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.GetFullStreamInfoAsync("nothing", null));

        Assert.Equal("ERR no such key", refusal.Message);
    }

    [Theory]
    [InlineData("s", "s{other}")]
    [InlineData("s", "{s}:same-slot")]
    public async Task A_renamed_stream_has_another_name_and_nothing_else_changes(string name, string other)
    {
        using var engine = new InProcessStreamEngine();
        await engine.AppendAsync(name, new(EntryFields.Of(("a", "1")), new StreamEntryId(5, 0)));
        await engine.CreateGroupAsync(name, "g", GroupPosition.Beginning);
        (await engine.ReadGroupAsync(new() { Group = "g", Consumer = "c", Streams = [new(name, ReadPosition.Undelivered)] })).Dispose();
        await engine.AppendAsync(other, new(EntryFields.Of(("b", "1")), new StreamEntryId(9, 0)));

        Assert.False(await engine.RenameAsync(name, other, replace: false));
        Assert.True(await engine.RenameAsync(name, other));

        Assert.Equal([other], engine.GetKeys().Select(static key => key.ToString()));
        Assert.Equal(new(5, 0), Assert.Single(await engine.GetPendingAsync(new() { Stream = other, Group = "g", Count = 10 })).Id);
        Assert.Equal(new(6, 0), await engine.AppendAsync(other, new(EntryFields.Of(("a", "1")), new StreamEntryId(6, 0))));
        Assert.True(await engine.RenameAsync(other, other));
        var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.RenameAsync(name, other));
        Assert.Equal("ERR no such key", refusal.Message);
    }

    [Fact]
    public async Task Who_waits_for_a_name_is_served_by_the_stream_that_gets_it()
    {
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync("waiting", "g", GroupPosition.Beginning, createStream: true);
        var (served, orphan) = (WaitAsync(engine, "waiting", "g"), WaitAsync(engine, "waiting", "g"));
        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId(5, 0)));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
        await engine.RenameAsync("s", "waiting");
        Assert.Equal(new(5, 0), await served.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));

        await engine.AppendAsync("without", new(EntryFields.Of(("a", "1"))));
        await engine.RenameAsync("without", "waiting");

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(() => orphan.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
        Assert.Equal(StreamErrorCode.NoGroup, refusal.Code);
    }

    [Fact]
    public async Task While_reads_are_held_nobody_is_served_and_then_all_by_what_there_is()
    {
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning, createStream: true);
        await engine.CreateGroupAsync("s", "h", GroupPosition.Beginning, createStream: true);
        var (stays, fails, deleted) = (WaitAsync(engine, "s", "g"), WaitAsync(engine, "s", "h"), engine.ReadAsync(new() { Streams = [new("t", ReadPosition.End)], Block = TimeSpan.Zero }).AsTask());

        using (engine.HoldReads())
        {
            await engine.AppendAsync("t", new(EntryFields.Of(("a", "1"))));
            await engine.DeleteStreamAsync("t");
            await engine.DeleteStreamAsync("s");
            await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning, createStream: true);
            await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId(7, 0)));
            Assert.False(stays.IsCompleted || fails.IsCompleted);
        }

        Assert.Equal(new(7, 0), await stays.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
        await Assert.ThrowsAsync<StreamEngineException>(() => fails.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
        Assert.False(deleted.IsCompleted);
    }

    [Fact]
    public async Task Who_waits_for_streams_of_several_slots_is_given_all_that_came_while_reads_were_held()
    {
        using var engine = new InProcessStreamEngine();
        var waiting = engine.ReadAsync(new() { Streams = [new("a", ReadPosition.End), new("b", ReadPosition.End), new("c", ReadPosition.End)], Block = TimeSpan.Zero }).AsTask();

        using (engine.HoldReads())
        {
            await engine.AppendAsync("c", new(EntryFields.Of(("a", "1"))));
            await engine.AppendAsync("a", new(EntryFields.Of(("a", "1"))));
        }

        using var batch = await waiting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(["a", "c"], Enumerable.Range(0, batch.StreamCount).Select(stream => batch.GetStream(stream).ToString()));
    }

    [Fact]
    public async Task A_stamp_changes_with_the_entries_and_not_with_groups()
    {
        using var engine = new InProcessStreamEngine();
        Assert.Null(engine.GetStamp("s"));
        List<KeyStamp?> stamps = [];
        await StepAsync(() => engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId(1, 0))).AsTask());
        await StepAsync(() => engine.DeleteAsync("s", new[] { new StreamEntryId(1, 0) }).AsTask());
        await StepAsync(() => engine.AppendAsync("s", new(EntryFields.Of(("a", "1")))).AsTask());
        await StepAsync(() => engine.TrimAsync("s", StreamTrim.MaxLength(0)).AsTask());
        await engine.DeleteStreamAsync("s");
        await StepAsync(() => engine.AppendAsync("s", new(EntryFields.Of(("a", "1")))).AsTask());
        Assert.Equal(stamps.Count, stamps.Distinct().Count());

        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
        await ReadAsync(engine, "c", 1);
        await engine.DestroyGroupAsync("s", "g");
        Assert.Equal(stamps[^1], engine.GetStamp("s"));

        async Task StepAsync(Func<Task> change)
        {
            await change();
            stamps.Add(engine.GetStamp("s"));
        }
    }

    [Fact]
    public async Task Who_watches_is_told_of_what_is_as_before_by_now()
    {
        using var engine = new InProcessStreamEngine();
        using var missing = engine.Watch("s");
        await engine.AppendAsync("t", new(EntryFields.Of(("a", "1"))));
        Assert.False(missing.HasChanged);
        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1"))));
        await engine.DeleteStreamAsync("s");
        Assert.True(missing.HasChanged);

        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId(5, 0)));
        using var there = engine.Watch("s");
        await engine.RenameAsync("s", "elsewhere");
        await engine.RenameAsync("elsewhere", "s");
        Assert.True(there.HasChanged);

        using var entries = engine.Watch("s");
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
        Assert.False(entries.HasChanged);
        await engine.DeleteAsync("s", new[] { new StreamEntryId(5, 0) });
        Assert.True(entries.HasChanged);
    }

    [Fact]
    public async Task Nodes_grow_as_is_set_and_trimming_goes_by_them()
    {
        using var engine = new InProcessStreamEngine();
        engine.SetNodeLimits(10, 4096);
        for (var number = 0; number < 100; number++)
            await engine.AppendAsync("s", new(EntryFields.Of(("a", "1"))));

        Assert.Equal(90, await engine.TrimAsync("s", StreamTrim.MaxLength(5, approximate: true)));
        Assert.Equal((10, 4096), (engine.NodeMaxEntries, engine.NodeMaxBytes));
        Assert.Throws<ArgumentException>(() => engine.SetNodeLimits(0, 4096));
    }

    [Fact]
    public async Task New_streams_remember_as_much_as_is_set()
    {
        using var engine = new InProcessStreamEngine();
        var (before, after) = (IdempotencyInfo.Default, IdempotencyInfo.Default with { Duration = TimeSpan.FromSeconds(7), MaxIds = 3 });
        await AppendAsync("old");
        engine.SetIdempotencyDefaults(after.Duration, after.MaxIds);
        await AppendAsync("new");
        await engine.CreateGroupAsync("empty", "g", GroupPosition.End, createStream: true);
        await engine.CopyAsync("old", "old copy");
        await engine.RestoreAsync("old dump", (await engine.DumpAsync("old"))!);
        engine.SetIdempotencyDefaults(TimeSpan.FromDays(1), 10_000);
        await engine.RenameAsync("new", "renamed");
        await engine.RestoreAsync("new dump", (await engine.DumpAsync("renamed"))!);

        foreach (var (stream, info) in (List<(StreamName, IdempotencyInfo)>)[("old", before), ("old copy", before), ("old dump", before), ("renamed", after), ("empty", after), ("new dump", after)])
            Assert.Equal((stream, info), (stream, (await engine.GetStreamInfoAsync(stream)).Idempotency));
        Assert.Equal((TimeSpan.FromDays(1), 10_000), (engine.IdempotencyDuration, engine.IdempotencyMaxIds));
        Assert.Throws<ArgumentException>(() => engine.SetIdempotencyDefaults(TimeSpan.FromSeconds(86_401), 1));
        Assert.Throws<ArgumentException>(() => engine.SetIdempotencyDefaults(TimeSpan.FromMilliseconds(999), 1));
        Assert.Throws<ArgumentException>(() => engine.SetIdempotencyDefaults(TimeSpan.FromSeconds(1), 10_001));
        Assert.Throws<ArgumentException>(() => engine.SetIdempotencyDefaults(TimeSpan.FromSeconds(1), 0));

        ValueTask<StreamEntryId?> AppendAsync(StreamName stream) => engine.AppendAsync(stream, new(EntryFields.Of(("a", "1"))));
    }

    private static async Task<StreamEntryId> WaitAsync(InProcessStreamEngine engine, StreamName stream, StreamName group)
    {
        using var batch = await engine.ReadGroupAsync(new() { Group = group, Consumer = "c", Count = 1, Block = TimeSpan.Zero, Streams = [new(stream, ReadPosition.Undelivered)] });
        return batch.Entries[0].Id;
    }

    private static async Task ReadAsync(InProcessStreamEngine engine, string consumer, int count)
    {
        using var batch = await engine.ReadGroupAsync(new() { Group = "g", Consumer = consumer, Count = count, Streams = [new("s", ReadPosition.Undelivered)] });
    }
}
