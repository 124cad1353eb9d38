using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XREADGROUP with <c>&gt;</c>: new entries for one consumer.</summary>
public abstract class GroupReadingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task New_entries_are_delivered_once_to_the_group_and_become_pending()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0 4-0");
        Assert.Equal("1-0 2-0", await DeliverAsync("a", 2));
        Assert.Equal("3-0 4-0", await DeliverAsync("b"));
        Assert.Equal("", await DeliverAsync("a"));
        Assert.Equal("1-0 a x1, 2-0 a x1, 3-0 b x1, 4-0 b x1", await PendingAsync());
        Assert.Equal("g last 4-0 read 4 lag 0", await GroupTextAsync());
    }

    [Fact]
    public async Task Groups_get_each_entry_each()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(group: "h");
        await AppendAsync("1-0");
        Assert.Equal("1-0", await DeliverAsync("a"));
        Assert.Equal("1-0", await DeliverAsync("a", group: "h"));
    }

    [Fact]
    public async Task A_first_delivery_counts_1_and_was_not_idle()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        using var batch = await Engine.ReadGroupAsync(ReadFor("a"));
        Assert.Equal((1, TimeSpan.Zero), (batch.Entries[0].DeliveryCount, batch.Entries[0].Idle));
        Assert.Equal("1-0[f 1-0]", batch.ToFieldText());
    }

    [Fact]
    public async Task The_time_since_the_delivery_is_the_idle_time()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await DeliverAsync("a");
        await Fixture.ElapseAsync(Moment);
        AssertSpan(Moment, Assert.Single(await PendingEntriesAsync()).Idle);
    }

    [Fact]
    public async Task Without_acknowledgement_the_group_goes_on_but_nothing_is_pending()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        Assert.Equal("1-0 2-0", await ReadGroupAsync(ReadFor("a") with { NoAcknowledge = true }));
        Assert.Equal("", await PendingAsync());
        Assert.Equal("g last 2-0 read 2 lag 0", await GroupTextAsync());
        Assert.Equal("", await DeliverAsync("a"));
    }

    [Fact]
    public async Task Without_acknowledgement_what_is_pending_already_stays_as_it_is()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await DeliverAsync("a", 1);
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning);
        Assert.Equal("1-0 2-0", await ReadGroupAsync(ReadFor("b") with { NoAcknowledge = true }));
        Assert.Equal("1-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task An_entry_delivered_again_after_the_group_was_set_back_is_reassigned_with_a_new_count()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await DeliverAsync("a");
        await ReadGroupAsync(ReadFor("a", "0"));
        await Fixture.ElapseAsync(Moment);
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning);

        Assert.Equal("1-0", await DeliverAsync("b", 1));
        Assert.Equal("1-0 b x1, 2-0 a x2", await PendingAsync());
        AssertSpan(TimeSpan.Zero, (await PendingEntriesAsync())[0].Idle);
        Assert.Equal((1, 1), ((await ConsumerInfoAsync("a")).Pending, (await ConsumerInfoAsync("b")).Pending));
    }

    [Fact]
    public async Task The_reply_is_in_the_order_of_the_request_and_leaves_out_streams_with_nothing_new()
    {
        var third = NewStream("u");
        foreach (var stream in (StreamName[])[Stream, Other, third])
            await CreateGroupAsync(stream: stream);
        await AppendAsync("1-0 2-0", Stream);
        await AppendAsync("7-0", third);
        using var batch = await Engine.ReadGroupAsync(ReadFor("a", ">", third, Other, Stream));
        Assert.Equal((2, third, Stream), (batch.StreamCount, batch.GetStream(0), batch.GetStream(1)));
        Assert.Equal((1, 2), (batch.GetEntries(0).Length, batch.GetEntries(1).Length));
    }

    [Theory]
    [InlineData(1, "1-0 | 1-0")]
    [InlineData(0, "1-0 2-0 | 1-0 2-0")]
    [InlineData(-1, "1-0 2-0 | 1-0 2-0")]
    public async Task A_positive_count_limits_each_stream(int count, string expected)
    {
        foreach (var stream in (StreamName[])[Stream, Other])
        {
            await CreateGroupAsync(stream: stream);
            await AppendAsync("1-0 2-0", stream);
        }
        Assert.Equal(expected, await ReadGroupAsync(ReadFor("a", ">", Stream, Other) with { Count = count }));
    }

    [Fact]
    public async Task A_stream_may_be_named_several_times()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        Assert.Equal("1-0 | 2-0", await ReadGroupAsync(ReadFor("a", ">", Stream, Stream) with { Count = 1 }));
    }

    [Fact]
    public async Task The_group_must_exist_in_every_stream_or_nothing_is_delivered()
    {
        await FailsAsync(EngineError.NoGroupToRead(Stream, Group), () => DeliverAsync("a"));
        await FailsAsync(EngineError.NoGroupToRead(Stream, Group), () => ReadGroupAsync(ReadFor("a", "0")));
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await AppendAsync("1-0", Other);
        await FailsAsync(EngineError.NoGroupToRead(Other, Group), () => ReadGroupAsync(ReadFor("a", ">", Stream, Other)));
        await FailsAsync(EngineError.NoGroupToRead(Other, Group), () => ReadGroupAsync(ReadFor("a", ">", Stream, Other) with { Block = TimeSpan.Zero }));
        Assert.Equal(("", ""), (await PendingAsync(), await ConsumersAsync()));
        Assert.Equal("1-0", await DeliverAsync("a"));
    }

    [Fact]
    public async Task A_read_needs_a_stream() =>
        await FailsAsync(EngineError.Syntax, () => ReadGroupAsync(new() { Group = Group, Consumer = "a", Streams = [] }));

    [Fact]
    public async Task The_end_and_the_last_entry_are_meaningless_to_a_group()
    {
        await CreateGroupAsync();
        await FailsAsync(EngineError.EndInGroup, () => ReadGroupAsync(ReadFor("a", "$")));
        if (Traits.ReadsLastEntry)
            await FailsAsync(EngineError.LastInGroup, () => ReadGroupAsync(ReadFor("a", "+")));
        await FailsAsync(EngineError.EndInGroup, () => ReadGroupAsync(ReadFor("a", "$", Stream, Other)));
        await FailsAsync(EngineError.NoGroupToRead(Other, Group), () => ReadGroupAsync(ReadFor("a", "$", Other, Stream)));
    }

    [Fact]
    public async Task A_negative_time_to_wait_is_refused()
    {
        await CreateGroupAsync();
        await FailsAsync(EngineError.NegativeTimeout, () => ReadGroupAsync(ReadFor("a") with { Block = TimeSpan.FromSeconds(-2) }));
    }

    [Fact]
    public async Task The_consumer_appears_on_first_mention()
    {
        await CreateGroupAsync();
        await DeliverAsync("a");
        Assert.Equal(Traits.TracksEveryMention ? "a" : "", await ConsumersAsync());
        await AppendAsync("1-0");
        await DeliverAsync("b");
        await ReadGroupAsync(ReadFor("c", "0"));
        Assert.Equal(Traits.TracksEveryMention ? "a b c" : "b c", await ConsumersAsync());
    }

    [Fact]
    public async Task The_consumer_appears_in_every_stream_that_is_read()
    {
        if (!Traits.TracksEveryMention)
            return;
        await CreateGroupAsync();
        await CreateGroupAsync(stream: Other);
        await AppendAsync("1-0", Other);
        Assert.Equal("1-0", await ReadGroupAsync(ReadFor("a", ">", Stream, Other)));
        Assert.Equal("a", await ConsumersAsync());
        Assert.Equal("a", Assert.Single(await Engine.GetConsumersAsync(Other, Group)).Name);
    }

    [Fact]
    public async Task Deleted_entries_are_not_delivered()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await Engine.DeleteAsync(Stream, Ids("1-0 3-0"));
        Assert.Equal("2-0", await DeliverAsync("a"));
        Assert.Equal("g last 2-0 read - lag -", await GroupTextAsync());
    }

    [Fact]
    public async Task A_read_that_finds_something_does_not_wait()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        Assert.Equal("1-0", await ReadGroupAsync(ReadFor("a") with { Block = TimeSpan.Zero }));
    }
}
