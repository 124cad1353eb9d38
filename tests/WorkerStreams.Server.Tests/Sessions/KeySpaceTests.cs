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

    private static async Task ReadAsync(InProcessStreamEngine engine, string consumer, int count)
    {
        using var batch = await engine.ReadGroupAsync(new() { Group = "g", Consumer = consumer, Count = count, Streams = [new("s", ReadPosition.Undelivered)] });
    }
}
