using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XREADGROUP BLOCK.</summary>
public abstract class GroupBlockingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task A_group_read_waits_for_the_next_entry_which_becomes_pending()
    {
        await CreateGroupAsync("$");
        var read = await BlockAsync(ReadFor("a"));
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
        Assert.Equal("1-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task Waiting_readers_of_a_group_take_entries_in_the_order_of_their_arrival()
    {
        await CreateGroupAsync();
        var (first, second, third) = (await BlockOneAsync("z"), await BlockOneAsync("m"), await BlockOneAsync("a"));
        await AppendAsync("1-0 2-0");
        Assert.Equal(("1-0", "2-0"), (await first.ServedAsync(), await second.ServedAsync()));
        await third.WaitsAsync();
        await AppendAsync("3-0");
        Assert.Equal("3-0", await third.ServedAsync());
        Assert.Equal("1-0 z x1, 2-0 m x1, 3-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task Entries_appended_in_one_batch_are_shared_among_waiting_readers()
    {
        await CreateGroupAsync();
        var (first, second, third) = (await BlockOneAsync("a"), await BlockOneAsync("b"), await BlockOneAsync("c"));
        await AppendBatchAsync("1-0 2-0");
        Assert.Equal(("1-0", "2-0"), (await first.ServedAsync(), await second.ServedAsync()));
        await third.WaitsAsync();
        await AppendAsync("3-0");
        Assert.Equal("3-0", await third.ServedAsync());
    }

    [Fact]
    public async Task A_waiting_reader_without_limit_takes_a_whole_batch()
    {
        await CreateGroupAsync();
        var (first, second) = (await BlockAsync(ReadFor("a")), await BlockAsync(ReadFor("b")));
        await AppendBatchAsync("1-0 2-0 3-0");
        Assert.Equal("1-0 2-0 3-0", await first.ServedAsync());
        await second.WaitsAsync();
        await AppendAsync("4-0");
        Assert.Equal("4-0", await second.ServedAsync());
    }

    [Fact]
    public async Task Each_waiting_reader_takes_up_to_its_count_of_what_the_ones_before_it_left()
    {
        await CreateGroupAsync();
        var (first, second) = (await BlockAsync(ReadFor("a") with { Count = 2 }), await BlockAsync(ReadFor("b")));
        await AppendBatchAsync("1-0 2-0 3-0 4-0");
        Assert.Equal(("1-0 2-0", "3-0 4-0"), (await first.ServedAsync(), await second.ServedAsync()));
    }

    [Fact]
    public async Task Who_asks_anew_stands_at_the_end()
    {
        await CreateGroupAsync();
        var (first, second) = (await BlockOneAsync("a"), await BlockOneAsync("b"));
        await AppendAsync("1-0");
        Assert.Equal("1-0", await first.ServedAsync());
        var again = await BlockOneAsync("a");
        await AppendAsync("2-0");
        Assert.Equal("2-0", await second.ServedAsync());
        await AppendAsync("3-0");
        Assert.Equal("3-0", await again.ServedAsync());
    }

    [Fact]
    public async Task Readers_with_and_without_a_group_and_of_two_groups_do_not_take_from_each_other()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(group: "h");
        BlockedRead[] reads = [await BlockOneAsync("a"), await BlockAsync(ReadFrom("$")), await BlockAsync(ReadFor("a") with { Group = "h" })];
        var next = await BlockOneAsync("b");
        await AppendAsync("1-0");
        foreach (var read in reads)
            Assert.Equal("1-0", await read.ServedAsync());
        await next.WaitsAsync();
        await AppendAsync("2-0");
        Assert.Equal("2-0", await next.ServedAsync());
    }

    [Fact]
    public async Task A_read_of_several_streams_takes_from_the_one_that_got_an_entry()
    {
        await CreateGroupAsync(stream: Stream);
        await CreateGroupAsync(stream: Other);
        var read = await BlockAsync(ReadFor("a", ">", Stream, Other));
        await AppendAsync("7-0", Other);
        using var batch = await read.ReplyAsync();
        Assert.Equal((1, Other), (batch.StreamCount, batch.GetStream(0)));
        await AppendAsync("1-0", Stream);
        Assert.Equal("", await PendingAsync(stream: Stream));
    }

    [Fact]
    public async Task A_read_of_several_streams_that_is_served_takes_what_there_is_in_all_of_them()
    {
        await AppendAsync("1-0");
        await CreateGroupAsync(stream: Other);
        await CreateGroupAsync("$");
        var read = await BlockAsync(ReadFor("a", ">", Stream, Other));
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning);
        await AppendAsync("7-0", Other);
        Assert.Equal(Traits.RepeatsBlockedReads ? "1-0 | 7-0" : "7-0", await read.ServedAsync());
    }

    [Fact]
    public async Task Who_is_woken_and_finds_nothing_goes_to_the_end_of_its_queues()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(stream: Other);
        await Engine.SetGroupIdAsync(Other, Group, GroupPosition.After(Id("5-0")));
        BlockedRead[] reads = [await BlockAsync(ReadFor("a", ">", Stream, Other)), await BlockOneAsync("b")];
        await AppendAsync("4-0", Other);
        if (Traits.RepeatsBlockedReads)
            Array.Reverse(reads);
        await AppendAsync("1-0");
        Assert.Equal("1-0", await reads[0].ServedAsync());
        await reads[1].WaitsAsync();
        await AppendAsync("2-0");
        Assert.Equal("2-0", await reads[1].ServedAsync());
    }

    [Fact]
    public async Task A_consumer_that_is_deleted_while_it_waits_comes_back_when_it_is_woken_for_nothing()
    {
        await CreateGroupAsync("5-0");
        var read = await BlockOneAsync("a");
        await Engine.DeleteConsumerAsync(Stream, Group, "a");
        await AppendAsync("4-0");
        await read.WaitsAsync();
        Assert.Equal(Traits.RepeatsBlockedReads ? "a" : "", await ConsumersAsync());
    }

    [Fact]
    public async Task A_waiting_read_without_acknowledgement_leaves_nothing_pending()
    {
        await CreateGroupAsync();
        var read = await BlockAsync(ReadFor("a") with { NoAcknowledge = true });
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
        Assert.Equal("", await PendingAsync());
        Assert.Equal("g last 1-0 read 1 lag 0", await GroupTextAsync());
    }

    [Fact]
    public async Task A_history_read_never_waits()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(stream: Other);
        using var batch = await Engine.ReadGroupAsync(ReadFor("a", "0") with { Block = TimeSpan.Zero });
        Assert.Equal((1, 0), (batch.StreamCount, batch.Count));

        ReadGroupRequest mixed = ReadFor("a") with { Streams = [new(Stream, ReadPosition.Undelivered), new(Other, ReadPosition.After(default))] };
        using var both = await Engine.ReadGroupAsync(mixed with { Block = TimeSpan.Zero });
        Assert.Equal((1, Other), (both.StreamCount, both.GetStream(0)));
    }

    [Fact]
    public async Task A_time_that_runs_out_ends_in_an_empty_reply()
    {
        await CreateGroupAsync();
        var read = await BlockAsync(ReadFor("a") with { Block = Moment });
        await Fixture.ElapseAsync(Moment);
        using var batch = await read.ReplyAsync();
        Assert.Equal((0, 0), (batch.Count, batch.StreamCount));
    }

    [Fact]
    public async Task The_destruction_of_the_group_wakes_its_readers_and_no_others()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(group: "h");
        var (woken, other, plain) = (await BlockAsync(ReadFor("a")), await BlockAsync(ReadFor("a") with { Group = "h" }), await BlockAsync(ReadFrom("$")));
        await Engine.DestroyGroupAsync(Stream, Group);
        await FailsAsync(GoneGroup, woken.ReplyAsync);
        await other.WaitsAsync();
        await AppendAsync("1-0");
        Assert.Equal(("1-0", "1-0"), (await other.ServedAsync(), await plain.ServedAsync()));
    }

    [Fact]
    public async Task The_deletion_of_the_stream_wakes_the_readers_of_its_groups()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(stream: Other);
        var (one, several) = (await BlockAsync(ReadFor("a")), await BlockAsync(ReadFor("b", ">", Other, Stream)));
        await Engine.DeleteStreamAsync(Stream);
        await FailsAsync(GoneStream, one.ReplyAsync);
        await FailsAsync(GoneStream, several.ReplyAsync);
        await AppendAsync("1-0", Other);
        Assert.Equal("", await PendingAsync(stream: Other));
    }

    [Fact]
    public async Task The_destruction_of_the_group_in_one_of_several_streams_wakes_its_readers_with_that_streams_name()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(stream: Other);
        var read = await BlockAsync(ReadFor("a", ">", Other, Stream));
        await Engine.DestroyGroupAsync(Stream, Group);
        await FailsAsync(GoneGroup, read.ReplyAsync);
    }

    [Fact]
    public async Task A_group_that_is_set_back_wakes_nobody_but_the_next_entry_brings_those_before_it()
    {
        await AppendAsync("1-0");
        await CreateGroupAsync("$");
        var read = await BlockAsync(ReadFor("a"));
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning);
        await read.WaitsAsync();
        await AppendAsync("2-0");
        Assert.Equal("1-0 2-0", await read.ServedAsync());
    }

    [Fact]
    public async Task An_entry_that_is_trimmed_at_once_wakes_nobody()
    {
        await CreateGroupAsync();
        var read = await BlockAsync(ReadFor("a"));
        await AppendAsync("1-0", new AppendOptions { Trim = StreamTrim.MaxLength(0) });
        if (!Traits.RepeatsBlockedReads)
            return;
        await read.WaitsAsync();
        await AppendAsync("2-0");
        Assert.Equal("2-0", await read.ServedAsync());
    }

    [Fact]
    public async Task A_consumer_appears_when_it_begins_to_wait_and_is_seen_again_when_it_is_served()
    {
        await CreateGroupAsync();
        var read = await BlockAsync(ReadFor("a"));
        Assert.Equal(Traits.TracksEveryMention ? "a" : "", await ConsumersAsync());
        await Fixture.ElapseAsync(Moment);
        if (Traits.TracksEveryMention)
            AssertSpan(Moment, (await ConsumerInfoAsync("a")).Idle);
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
        AssertSpan(TimeSpan.Zero, (await ConsumerInfoAsync("a")).Idle);
    }

    [Fact]
    public async Task A_consumer_that_is_deleted_while_it_waits_comes_back_when_it_is_served()
    {
        await CreateGroupAsync();
        var read = await BlockAsync(ReadFor("a"));
        await Engine.DeleteConsumerAsync(Stream, Group, "a");
        await read.WaitsAsync();
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
        Assert.Equal("1-0 a x1", await PendingAsync());
        Assert.Equal("a", await ConsumersAsync());
    }

    [Fact]
    public async Task A_deleted_entry_is_not_waited_for()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        var read = await BlockAsync(ReadFor("a"));
        await AppendAsync("2-0");
        Assert.Equal("2-0", await read.ServedAsync());
    }

    private EngineError GoneGroup => Traits.RepeatsBlockedReads
        ? EngineError.NoGroupToRead(Stream, Group)
        : new(StreamErrorCode.NoGroup, "NOGROUP the consumer group this client was blocked on no longer exists");

    private EngineError GoneStream => Traits.RepeatsBlockedReads
        ? EngineError.NoGroupToRead(Stream, Group)
        : new(StreamErrorCode.NoGroup, "UNBLOCKED the stream key no longer exists");

    private Task<BlockedRead> BlockOneAsync(StreamName consumer) => BlockAsync(ReadFor(consumer) with { Count = 1 });
}
