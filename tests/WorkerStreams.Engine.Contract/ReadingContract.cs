using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XREAD where there is no need to wait.</summary>
public abstract class ReadingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Theory]
    [InlineData("0", "1-0 2-0 2-5")]
    [InlineData("1-0", "2-0 2-5")]
    [InlineData("2", "2-5")]
    [InlineData("1-7", "2-0 2-5")]
    [InlineData("2-5", "")]
    [InlineData("9", "")]
    public async Task A_read_gives_the_entries_after_an_id(string after, string expected)
    {
        await AppendAsync("1-0 2-0 2-5");
        Assert.Equal(expected, await ReadAsync(ReadFrom(after)));
    }

    [Fact]
    public async Task The_reply_is_in_the_order_of_the_request_and_leaves_out_streams_with_nothing_new()
    {
        var third = NewStream("u");
        await AppendAsync("1-0 2-0", Stream);
        await AppendAsync("7-0", third);

        using var batch = await Engine.ReadAsync(ReadFrom("0", third, Other, Stream));
        Assert.Equal(2, batch.StreamCount);
        Assert.Equal((third, Stream), (batch.GetStream(0), batch.GetStream(1)));
        Assert.Equal((1, 2, 3), (batch.GetEntries(0).Length, batch.GetEntries(1).Length, batch.Count));
    }

    [Fact]
    public async Task Each_stream_is_read_from_its_own_position()
    {
        await AppendAsync("1-0 2-0", Stream);
        await AppendAsync("1-0 2-0", Other);
        Assert.Equal(
            "2-0 | 1-0 2-0",
            await ReadAsync(new() { Streams = [new(Stream, ReadPosition.After(Id("1-0"))), new(Other, ReadPosition.After(default))] }));
    }

    [Fact]
    public async Task A_stream_may_be_named_several_times()
    {
        await AppendAsync("1-0 2-0");
        Assert.Equal(
            "1-0 2-0 | 2-0",
            await ReadAsync(new() { Streams = [new(Stream, ReadPosition.After(default)), new(Stream, ReadPosition.After(Id("1-0")))] }));
    }

    [Fact]
    public async Task Nothing_new_anywhere_is_an_empty_reply()
    {
        await AppendAsync("1-0");
        using var batch = await Engine.ReadAsync(ReadFrom("1-0", Stream, Other));
        Assert.Equal((0, 0), (batch.Count, batch.StreamCount));
    }

    [Theory]
    [InlineData(1, "1-0 | 1-0")]
    [InlineData(2, "1-0 2-0 | 1-0 2-0")]
    [InlineData(0, "1-0 2-0 3-0 | 1-0 2-0")]
    [InlineData(-5, "1-0 2-0 3-0 | 1-0 2-0")]
    [InlineData(null, "1-0 2-0 3-0 | 1-0 2-0")]
    public async Task A_positive_count_limits_each_stream(int? count, string expected)
    {
        await AppendAsync("1-0 2-0 3-0", Stream);
        await AppendAsync("1-0 2-0", Other);
        Assert.Equal(expected, await ReadAsync(ReadFrom("0", Stream, Other) with { Count = count }));
    }

    [Fact]
    public async Task The_end_of_a_stream_has_nothing_after_it()
    {
        await AppendAsync("1-0");
        Assert.Equal("", await ReadAsync(ReadFrom("$", Stream, Other)));
    }

    [Fact]
    public async Task The_last_entry_can_be_read()
    {
        await AppendAsync("1-0 2-0 3-0");
        if (!Traits.ReadsLastEntry)
        {
            await FailsAsync(EngineError.InvalidId, () => ReadAsync(ReadFrom("+")));
            return;
        }
        Assert.Equal("3-0", await ReadAsync(ReadFrom("+", Other, Stream)));
        Assert.Equal("3-0", await ReadAsync(ReadFrom("+") with { Count = 2, Block = TimeSpan.Zero }));
        await Engine.DeleteAsync(Stream, Ids("3-0"));
        Assert.Equal(Traits.ReadsLastLiveEntry ? "2-0" : "", await ReadAsync(ReadFrom("+")));
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        Assert.Equal("", await ReadAsync(ReadFrom("+")));
    }

    [Fact]
    public async Task Undelivered_entries_need_a_group()
    {
        await FailsAsync(EngineError.UndeliveredWithoutGroup, () => ReadAsync(ReadFrom(">")));
        await FailsAsync(EngineError.UndeliveredWithoutGroup, () => ReadAsync(ReadFrom(">") with { Block = Moment }));
    }

    [Fact]
    public async Task A_negative_time_to_wait_is_refused() =>
        await FailsAsync(EngineError.NegativeTimeout, () => ReadAsync(ReadFrom("0") with { Block = TimeSpan.FromSeconds(-2) }));

    [Fact]
    public async Task A_read_needs_a_stream() => await FailsAsync(EngineError.Syntax, () => ReadAsync(new() { Streams = [] }));

    [Fact]
    public async Task A_read_that_finds_something_does_not_wait()
    {
        await AppendAsync("1-0");
        Assert.Equal("1-0", await ReadAsync(ReadFrom("0", Other, Stream) with { Block = TimeSpan.Zero }));
    }

    [Fact]
    public async Task A_read_asks_for_no_group_and_leaves_no_trace()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await ReadAsync(ReadFrom("0"));
        Assert.Equal("1-0 2-0", await ReadAsync(ReadFrom("0")));
        Assert.Equal("g last 0-0 read - lag 2", await GroupTextAsync());
    }

    [Fact]
    public async Task A_read_passes_over_what_is_deleted_and_over_nodes()
    {
        var last = 4 * Traits.NodeMaxEntries;
        await AppendAsync(IdRun(1, last));
        await Engine.DeleteAsync(Stream, Ids(IdRun(2, last - 1)));
        Assert.Equal($"1-0 {last}-0", await ReadAsync(ReadFrom("0")));
        Assert.Equal($"{last}-0", await ReadAsync(ReadFrom("1-0")));
    }
}
