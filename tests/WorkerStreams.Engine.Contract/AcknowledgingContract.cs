using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XACK.</summary>
public abstract class AcknowledgingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task Acknowledged_entries_are_not_pending_any_more_whoever_owns_them()
    {
        await DeliverAsync();
        Assert.Equal(2, await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 3-0")));
        Assert.Equal("2-0 a x1", await PendingAsync());
        Assert.Equal((1, 0), ((await ConsumerInfoAsync("a")).Pending, (await ConsumerInfoAsync("b")).Pending));
    }

    [Fact]
    public async Task Only_pending_ids_count_and_each_once()
    {
        await DeliverAsync();
        Assert.Equal(1, await Engine.AcknowledgeAsync(Stream, Group, Ids("2-0 2-0 9-9 0-0")));
        Assert.Equal(0, await Engine.AcknowledgeAsync(Stream, Group, Ids("2-0")));
        Assert.Equal(0, await Engine.AcknowledgeAsync(Stream, Group, default));
    }

    [Fact]
    public async Task Without_the_stream_or_the_group_nothing_is_acknowledged()
    {
        Assert.Equal(0, await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0")));
        await AppendAsync("1-0");
        Assert.Equal(0, await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0")));
    }

    [Fact]
    public async Task Another_groups_pending_entries_stay()
    {
        await DeliverAsync();
        await CreateGroupAsync(group: "h");
        await DeliverAsync("x", group: "h");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 2-0 3-0"));
        Assert.Equal("1-0 x x1, 2-0 x x1, 3-0 x x1", await PendingAsync("h"));
    }

    [Fact]
    public async Task An_entry_that_is_gone_from_the_stream_can_be_acknowledged()
    {
        await DeliverAsync();
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal(1, await Engine.AcknowledgeAsync(Stream, Group, Ids("2-0")));
        Assert.Equal("1-0 a x1, 3-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task Acknowledging_leaves_the_stream_and_the_group_where_they_are()
    {
        await DeliverAsync();
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 2-0 3-0"));
        Assert.Equal("1-0 2-0 3-0", await RangeAsync());
        Assert.Equal("g last 3-0 read 3 lag 0", await GroupTextAsync());
    }

    // 1-0 and 2-0 for a, 3-0 for b.
    private async Task DeliverAsync()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a", 2);
        await DeliverAsync("b");
    }
}
