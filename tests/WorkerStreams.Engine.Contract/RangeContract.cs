using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XLEN, XRANGE and XREVRANGE.</summary>
public abstract class RangeContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task The_length_is_the_number_of_entries_and_0_without_a_stream()
    {
        Assert.Equal(0, await Engine.GetLengthAsync(Stream));
        await AppendAsync("1-0 2-0 3-0");
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal(2, await Engine.GetLengthAsync(Stream));
    }

    [Theory]
    [InlineData("-", "+", "1-0 1-1 2-0 3-5")]
    [InlineData("1-1", "2-0", "1-1 2-0")]
    [InlineData("1", "1", "1-0 1-1")]
    [InlineData("1-2", "3", "2-0 3-5")]
    [InlineData("2-0", "2-0", "2-0")]
    [InlineData("2-1", "3-4", "")]
    [InlineData("3-0", "1-0", "")]
    [InlineData("+", "-", "")]
    public async Task A_range_is_given_by_both_ends_both_ways(string start, string end, string expected)
    {
        await AppendAsync("1-0 1-1 2-0 3-5");
        Assert.Equal(expected, await RangeAsync(start, end));
        Assert.Equal(Reversed(expected), await RangeAsync(start, end, reverse: true));
    }

    [Theory]
    [InlineData("(1-0", "+", "1-1 2-0 3-5")]
    [InlineData("-", "(3-5", "1-0 1-1 2-0")]
    [InlineData("(1-0", "(2-0", "1-1")]
    [InlineData("(1-0", "(1-0", "")]
    [InlineData("(1-18446744073709551615", "2", "2-0")]
    [InlineData("1", "(2-0", "1-0 1-1")]
    public async Task An_end_can_be_left_out(string start, string end, string expected)
    {
        await AppendAsync("1-0 1-1 2-0 3-5");
        Assert.Equal(expected, await RangeAsync(start, end));
        Assert.Equal(Reversed(expected), await RangeAsync(start, end, reverse: true));
    }

    [Fact]
    public async Task Leaving_out_an_end_goes_over_to_the_next_or_the_last_millisecond()
    {
        await AppendAsync("1-18446744073709551615 2-0");
        Assert.Equal("2-0", await RangeAsync("(1-18446744073709551615", "+"));
        Assert.Equal("1-18446744073709551615", await RangeAsync("-", "(2-0"));
        Assert.Equal("1-18446744073709551615", await RangeAsync("-", "(2-0", reverse: true));
    }

    [Fact]
    public async Task Ids_are_ordered_by_milliseconds_then_sequence_as_unsigned_numbers()
    {
        const string InOrder = "1-2 1-10 1-18446744073709551615 2-1 10-0 9223372036854775807-5 9223372036854775808-4 18446744073709551615-3";
        await AppendAsync(InOrder);
        Assert.Equal(InOrder, await RangeAsync("-", "+"));
        Assert.Equal("9223372036854775808-4 18446744073709551615-3", await RangeAsync("9223372036854775808", "+"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_interval_cannot_start_after_the_greatest_id_nor_end_before_the_smallest(bool exists)
    {
        if (exists)
            await AppendAsync("1-0");
        await FailsAsync(EngineError.InvalidStart, () => RangeAsync("(18446744073709551615-18446744073709551615", "+"));
        await FailsAsync(EngineError.InvalidStart, () => RangeAsync("(18446744073709551615-18446744073709551615", "+", reverse: true));
        await FailsAsync(EngineError.InvalidEnd, () => RangeAsync("-", "(0-0"));
        await FailsAsync(EngineError.InvalidEnd, () => RangeAsync("-", "(0-0", reverse: true));
    }

    [Theory]
    [InlineData(2, "1-0 1-1", "3-5 2-0")]
    [InlineData(9, "1-0 1-1 2-0 3-5", "3-5 2-0 1-1 1-0")]
    [InlineData(0, "", "")]
    [InlineData(-1, "", "")]
    public async Task A_count_limits_from_the_end_where_the_range_begins(int count, string forward, string backward)
    {
        await AppendAsync("1-0 1-1 2-0 3-5");
        Assert.Equal(forward, await RangeAsync("-", "+", count));
        Assert.Equal(backward, await RangeAsync("-", "+", count, reverse: true));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public async Task Without_a_stream_a_range_is_empty(int? count) => Assert.Equal("", await RangeAsync("-", "+", count));

    [Fact]
    public async Task A_range_passes_over_what_is_deleted_and_over_nodes()
    {
        var last = 5 * Traits.NodeMaxEntries;
        await AppendAsync(IdRun(1, last));
        await Engine.DeleteAsync(Stream, Ids(IdRun(2, last - 1)));
        await AppendAsync($"{last + 1}-0");

        var expected = $"1-0 {last}-0 {last + 1}-0";
        Assert.Equal(expected, await RangeAsync("-", "+"));
        Assert.Equal(Reversed(expected), await RangeAsync("-", "+", reverse: true));
        Assert.Equal($"{last}-0", await RangeAsync("3-7", $"{last}-0"));
    }

    [Fact]
    public async Task A_range_can_be_paged_by_leaving_out_the_last_id_seen()
    {
        var last = (2 * Traits.NodeMaxEntries) + 3;
        await AppendAsync(IdRun(1, last));
        List<string> seen = [];
        for (var page = await RangeAsync("-", "+", 7); page.Length > 0; page = await RangeAsync("(" + seen[^1], "+", 7))
            seen.AddRange(page.Split(' '));
        Assert.Equal(IdRun(1, last), string.Join(' ', seen));
    }

    [Fact]
    public async Task An_entry_of_a_range_has_no_delivery_count()
    {
        await AppendAsync("1-0");
        using var batch = await Engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max);
        Assert.Equal(StreamEntry.UnknownDeliveryCount, batch.Entries[0].DeliveryCount);
    }

    private async Task<string> RangeAsync(string start, string end, int? count = null, bool reverse = false) =>
        (await Engine.RangeAsync(Stream, RangeBound.ParseStart(start), RangeBound.ParseEnd(end), count, reverse)).ToText();

    private static string Reversed(string ids) => string.Join(' ', ids.Split(' ').Reverse());
}
