using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XPENDING.</summary>
public abstract class PendingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task The_summary_tells_the_count_the_ends_and_the_consumers_that_have_any_by_name()
    {
        await DeliverAsync();
        await Engine.CreateConsumerAsync(Stream, Group, "idle");
        Assert.Equal("5 pending 1-0..5-0 a:2 b:3", (await Engine.GetPendingSummaryAsync(Stream, Group)).ToText());
    }

    [Fact]
    public async Task The_summary_of_nothing_has_no_ends()
    {
        await CreateGroupAsync();
        var summary = await Engine.GetPendingSummaryAsync(Stream, Group);
        Assert.Equal((0, null, null), (summary.Count, summary.MinId, summary.MaxId));
        Assert.Empty(summary.Consumers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_forms_need_the_group(bool exists)
    {
        if (exists)
            await AppendAsync("1-0");
        await FailsAsync(EngineError.NoGroup(Stream, Group), () => Engine.GetPendingSummaryAsync(Stream, Group));
        await FailsAsync(EngineError.NoGroup(Stream, Group), () => Engine.GetPendingAsync(List("-", "+")));
    }

    [Theory]
    [InlineData("-", "+", 10, "1-0 b x1, 2-0 b x1, 3-0 b x1, 4-0 a x1, 5-0 a x1")]
    [InlineData("-", "+", 2, "1-0 b x1, 2-0 b x1")]
    [InlineData("2-0", "4-0", 10, "2-0 b x1, 3-0 b x1, 4-0 a x1")]
    [InlineData("2", "4", 10, "2-0 b x1, 3-0 b x1, 4-0 a x1")]
    [InlineData("(2-0", "(4-0", 10, "3-0 b x1")]
    [InlineData("4-0", "2-0", 10, "")]
    [InlineData("-", "+", 0, "")]
    [InlineData("-", "+", -1, "")]
    public async Task The_list_is_by_id_between_both_ends(string start, string end, int count, string expected)
    {
        await DeliverAsync();
        Assert.Equal(expected, (await Engine.GetPendingAsync(List(start, end, count))).ToText());
    }

    [Theory]
    [InlineData("a", 10, "4-0 a x1, 5-0 a x1")]
    [InlineData("b", 2, "1-0 b x1, 2-0 b x1")]
    [InlineData("nobody", 10, "")]
    public async Task The_list_can_be_one_consumers(string consumer, int count, string expected)
    {
        await DeliverAsync();
        Assert.Equal(expected, (await Engine.GetPendingAsync(List("-", "+", count) with { Consumer = consumer })).ToText());
        Assert.Equal("a b", await ConsumersAsync());
    }

    [Fact]
    public async Task The_list_can_be_of_entries_idle_long_enough()
    {
        await DeliverAsync();
        await Fixture.ElapseAsync(2 * Moment);
        await ReadGroupAsync(ReadFor("b", "1-0"));
        Assert.Equal("1-0 b x1, 4-0 a x1, 5-0 a x1", (await Engine.GetPendingAsync(List("-", "+") with { MinIdle = 2 * Moment })).ToText());
        Assert.Equal("1-0 b x1", (await Engine.GetPendingAsync(List("-", "+", 1) with { MinIdle = 2 * Moment })).ToText());
        Assert.Equal("4-0 a x1, 5-0 a x1", (await Engine.GetPendingAsync(List("-", "+") with { MinIdle = 2 * Moment, Consumer = "a" })).ToText());
        Assert.Equal("", (await Engine.GetPendingAsync(List("-", "+") with { MinIdle = 100 * Moment })).ToText());
        Assert.Equal("1-0 b x1", (await Engine.GetPendingAsync(List("-", "+", 1) with { MinIdle = -Moment })).ToText());
    }

    [Fact]
    public async Task An_interval_cannot_start_after_the_greatest_id_nor_end_before_the_smallest()
    {
        await CreateGroupAsync();
        await FailsAsync(EngineError.InvalidStart, () => Engine.GetPendingAsync(List("(18446744073709551615-18446744073709551615", "+")));
        await FailsAsync(EngineError.InvalidEnd, () => Engine.GetPendingAsync(List("-", "(0-0")));
    }

    [Fact]
    public async Task Entries_gone_from_the_stream_are_still_pending()
    {
        await DeliverAsync();
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        await Engine.TrimAsync(Stream, StreamTrim.MinId(Id("5-0")));
        Assert.Equal("5 pending 1-0..5-0 a:2 b:3", (await Engine.GetPendingSummaryAsync(Stream, Group)).ToText());
    }

    private PendingRequest List(string start, string end, int count = 10) =>
        new() { Stream = Stream, Group = Group, Start = RangeBound.ParseStart(start), End = RangeBound.ParseEnd(end), Count = count };

    // 1-0 to 3-0 for b, 4-0 and 5-0 for a.
    private async Task DeliverAsync()
    {
        await CreateGroupAsync();
        await AppendAsync(IdRun(1, 5));
        await DeliverAsync("b", 3);
        await DeliverAsync("a");
    }
}
