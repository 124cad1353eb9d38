using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XREADGROUP with an id: the consumer's own pending entries.</summary>
public abstract class HistoryContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task A_history_read_lists_the_consumers_own_pending_entries_after_an_id()
    {
        await DeliverFiveAsync();
        Assert.Equal("1-0 2-0 3-0", await ReadGroupAsync(ReadFor("a", "0")));
        Assert.Equal("2-0 3-0", await ReadGroupAsync(ReadFor("a", "1-0")));
        Assert.Equal("", await ReadGroupAsync(ReadFor("a", "3-0")));
        Assert.Equal("4-0 5-0", await ReadGroupAsync(ReadFor("b", "0")));
    }

    [Fact]
    public async Task Each_entry_listed_counts_as_delivered_again_now()
    {
        await DeliverFiveAsync();
        await Fixture.ElapseAsync(Moment);
        using var batch = await Engine.ReadGroupAsync(ReadFor("a", "0") with { Count = 2 });
        if (Traits.TellsDeliveries)
        {
            Assert.Equal(2, batch.Entries[0].DeliveryCount);
            AssertSpan(Moment, batch.Entries[0].Idle);
        }
        Assert.Equal("1-0 a x2, 2-0 a x2, 3-0 a x1, 4-0 b x1, 5-0 b x1", await PendingAsync());
        var pending = await PendingEntriesAsync();
        AssertSpan(TimeSpan.Zero, pending[0].Idle);
        AssertSpan(Moment, pending[2].Idle);
    }

    [Theory]
    [InlineData(2, "1-0 2-0")]
    [InlineData(0, "1-0 2-0 3-0")]
    [InlineData(null, "1-0 2-0 3-0")]
    public async Task A_positive_count_limits_it(int? count, string expected)
    {
        await DeliverFiveAsync();
        Assert.Equal(expected, await ReadGroupAsync(ReadFor("a", "0") with { Count = count }));
    }

    [Fact]
    public async Task A_history_read_names_each_stream_even_if_it_has_nothing()
    {
        await DeliverFiveAsync();
        await CreateGroupAsync(stream: Other);
        using var batch = await Engine.ReadGroupAsync(ReadFor("a", "0", Other, Stream));
        Assert.Equal((2, Other, Stream), (batch.StreamCount, batch.GetStream(0), batch.GetStream(1)));
        Assert.Equal((0, 3), (batch.GetEntries(0).Length, batch.GetEntries(1).Length));
    }

    [Fact]
    public async Task A_deleted_entry_is_listed_without_fields_and_keeps_its_counters()
    {
        await DeliverFiveAsync();
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("1-0[f 1-0] 2-0[missing] 3-0[f 3-0]", (await Engine.ReadGroupAsync(ReadFor("a", "0"))).ToFieldText());
        Assert.Equal("1-0 a x2, 2-0 a x1, 3-0 a x2, 4-0 b x1, 5-0 b x1", await PendingAsync());
        AssertSpan(Moment, (await PendingEntriesAsync())[1].Idle);
    }

    [Fact]
    public async Task A_deleted_entry_counts_towards_the_limit()
    {
        await DeliverFiveAsync();
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        Assert.Equal("1-0[missing] 2-0[f 2-0]", (await Engine.ReadGroupAsync(ReadFor("a", "0") with { Count = 2 })).ToFieldText());
    }

    [Fact]
    public async Task A_trimmed_entry_is_listed_without_fields()
    {
        await DeliverFiveAsync();
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        Assert.Equal("4-0[missing] 5-0[missing]", (await Engine.ReadGroupAsync(ReadFor("b", "0"))).ToFieldText());
    }

    [Fact]
    public async Task An_acknowledged_entry_is_not_listed()
    {
        await DeliverFiveAsync();
        await Engine.AcknowledgeAsync(Stream, Group, Ids("2-0"));
        Assert.Equal("1-0 3-0", await ReadGroupAsync(ReadFor("a", "0")));
    }

    [Fact]
    public async Task A_history_read_moves_the_group_nowhere_and_ignores_that_nothing_is_to_be_acknowledged()
    {
        await DeliverFiveAsync();
        await AppendAsync("6-0");
        Assert.Equal("1-0 2-0 3-0", await ReadGroupAsync(ReadFor("a", "0") with { NoAcknowledge = true, Block = Moment }));
        Assert.Equal("1-0 a x2, 2-0 a x2, 3-0 a x2, 4-0 b x1, 5-0 b x1", await PendingAsync());
        Assert.Equal("g last 5-0 read 5 lag 1", await GroupTextAsync());
    }

    [Fact]
    public async Task History_and_new_entries_can_be_asked_for_at_once()
    {
        await DeliverFiveAsync();
        await AppendAsync("6-0");
        await CreateGroupAsync(stream: Other);
        await AppendAsync("9-0", Other);
        Assert.Equal(
            "1-0 2-0 3-0 | 9-0",
            await ReadGroupAsync(ReadFor("a") with { Streams = [new(Stream, ReadPosition.After(default)), new(Other, ReadPosition.Undelivered)] }));
    }

    // 1-0 to 3-0 for a, 4-0 and 5-0 for b.
    private async Task DeliverFiveAsync()
    {
        await CreateGroupAsync();
        await AppendAsync(IdRun(1, 5));
        await DeliverAsync("a", 3);
        await DeliverAsync("b");
    }
}
