using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>Thousands of pending entries, settled in any order.</summary>
public abstract class ManyPendingContract(EngineFixture fixture) : EngineContract(fixture)
{
    private const int Entries = 8_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task They_can_be_acknowledged_in_any_order(int seed)
    {
        var expected = await DeliverAsync();
        var order = expected.Keys.ToArray();
        new Random(seed).Shuffle(order);
        foreach (var some in order.Chunk(37))
        {
            Assert.Equal(some.Length, await Engine.AcknowledgeAsync(Stream, Group, some));
            foreach (var id in some)
                expected.Remove(id);
            var summary = await Engine.GetPendingSummaryAsync(Stream, Group);
            Assert.Equal((expected.Count, expected.Keys.FirstOrDefault(), expected.Keys.LastOrDefault()), (summary.Count, summary.MinId ?? default, summary.MaxId ?? default));
            if (expected.Count % 10 == 3)
                Assert.Equal(Text(expected), await PendingAsync());
        }
        Assert.Equal("", await PendingAsync());
    }

    [Fact]
    public async Task They_can_be_claimed_and_made_pending_in_any_order()
    {
        var expected = await DeliverAsync();
        var random = new Random(3);
        var order = expected.Keys.ToArray();
        random.Shuffle(order);
        await Engine.AcknowledgeAsync(Stream, Group, order.AsMemory(0, Entries / 2));
        foreach (var some in order.Chunk(61))
        {
            StreamName consumer = $"new{random.Next(3)}";
            await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = consumer, Ids = some, Force = true, JustIds = true });
            foreach (var id in some)
                expected[id] = consumer;
        }
        Assert.Equal(Text(expected), await PendingAsync());
        foreach (var consumer in await Engine.GetConsumersAsync(Stream, Group))
            Assert.Equal(expected.Values.Count(owner => owner == consumer.Name), consumer.Pending);
    }

    [Fact]
    public async Task A_consumers_own_are_found_among_many_of_others()
    {
        var expected = await DeliverAsync();
        var mine = expected.Where(pending => pending.Value == "c1").Select(pending => pending.Key).ToArray();
        Assert.Equal(mine.ToText(), await ReadGroupAsync(ReadFor("c1", "0")));
        Assert.Equal(mine[^3..].ToText(), await ReadGroupAsync(ReadFor("c1", mine[^4].ToString())));
        Assert.Equal(
            mine[5..8].ToText(),
            (await Engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Consumer = "c1", Count = 3, Start = mine[5] })).Select(pending => pending.Id).ToText());
    }

    private static string Text(IEnumerable<KeyValuePair<StreamEntryId, StreamName>> pending) => string.Join(", ", pending.Select(entry => $"{entry.Key} {entry.Value} x1"));

    // In runs of 23 for three consumers in turn.
    private async Task<SortedDictionary<StreamEntryId, StreamName>> DeliverAsync()
    {
        await CreateGroupAsync();
        await AppendBatchAsync(IdRun(1, Entries));
        SortedDictionary<StreamEntryId, StreamName> pending = [];
        for (var turn = 0; pending.Count < Entries; turn++)
        {
            StreamName consumer = $"c{turn % 3}";
            using var batch = await Engine.ReadGroupAsync(ReadFor(consumer) with { Count = 23 });
            foreach (var entry in batch.Entries)
                pending.Add(entry.Id, consumer);
        }
        return pending;
    }
}
