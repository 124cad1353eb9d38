using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XREAD BLOCK.</summary>
public abstract class BlockingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task A_read_waits_for_the_next_entry()
    {
        await AppendAsync("1-0");
        var read = await BlockAsync(ReadFrom("1-0"));
        await AppendAsync("2-0");
        Assert.Equal("2-0", await read.ServedAsync());
    }

    [Fact]
    public async Task A_read_waits_for_a_stream_that_is_not_there_yet()
    {
        var read = await BlockAsync(ReadFrom("0"));
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
    }

    [Fact]
    public async Task A_time_that_runs_out_ends_in_an_empty_reply()
    {
        var read = await BlockAsync(ReadFrom("$", Stream, Other) with { Block = 2 * Moment });
        await Fixture.ElapseAsync(Moment);
        await read.WaitsAsync();
        await Fixture.ElapseAsync(Moment);
        using var batch = await read.ReplyAsync();
        Assert.Equal((0, 0), (batch.Count, batch.StreamCount));
    }

    [Fact]
    public async Task A_read_that_ran_out_of_time_takes_nothing_any_more()
    {
        await CreateGroupAsync();
        var gone = await BlockAsync(ReadFor("a") with { Block = Moment });
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("", await gone.ServedAsync());
        await AppendAsync("1-0");
        Assert.Equal("1-0", await DeliverAsync("b"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Timeout.Infinite)]
    public async Task Zero_and_infinite_wait_without_end(int milliseconds)
    {
        var read = await BlockAsync(ReadFrom("$") with { Block = TimeSpan.FromMilliseconds(milliseconds) });
        await Fixture.ElapseAsync(3 * Moment);
        await read.WaitsAsync();
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
    }

    [Fact]
    public async Task A_time_below_a_millisecond_runs_out_too()
    {
        var read = Engine.ReadAsync(ReadFrom("$") with { Block = TimeSpan.FromTicks(1) });
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("", await new BlockedRead(Fixture, read).ServedAsync());
    }

    [Fact]
    public async Task A_read_is_served_within_its_time()
    {
        var read = await BlockAsync(ReadFrom("$") with { Block = 10 * Moment });
        await Fixture.ElapseAsync(Moment);
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
        await Fixture.ElapseAsync(Moment);
    }

    [Fact]
    public async Task The_end_is_where_the_stream_ended_when_the_read_began()
    {
        await AppendAsync("5-0");
        var read = await BlockAsync(ReadFrom("$"));
        await Engine.DeleteStreamAsync(Stream);
        await AppendAsync("1-0 5-0");
        await read.WaitsAsync();
        await AppendAsync("9-0");
        Assert.Equal("9-0", await read.ServedAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_last_entry_of_an_empty_stream_or_of_none_is_waited_for(bool exists)
    {
        if (!Traits.ReadsLastEntry)
        {
            await FailsAsync(EngineError.InvalidId, () => ReadAsync(ReadFrom("+") with { Block = Moment }));
            return;
        }
        if (exists)
            await CreateGroupAsync();
        var read = await BlockAsync(ReadFrom("+"));
        await AppendAsync("1-0");
        Assert.Equal("1-0", await read.ServedAsync());
    }

    [Fact]
    public async Task A_read_of_several_streams_is_served_with_the_one_that_got_an_entry()
    {
        await AppendAsync("1-0", Stream);
        var read = await BlockAsync(ReadFrom("$", Stream, Other));
        await AppendAsync("7-0", Other);
        using var batch = await read.ReplyAsync();
        Assert.Equal((1, 1), (batch.StreamCount, batch.Count));
        Assert.Equal(Other, batch.GetStream(0));
        await AppendAsync("2-0", Stream);
    }

    [Fact]
    public async Task An_entry_not_after_the_position_wakes_nobody()
    {
        var read = await BlockAsync(ReadFrom("5-0"));
        await AppendAsync("4-0 5-0");
        await read.WaitsAsync();
        await AppendAsync("5-1");
        Assert.Equal("5-1", await read.ServedAsync());
    }

    [Fact]
    public async Task An_entry_that_is_trimmed_at_once_wakes_nobody()
    {
        var read = await BlockAsync(ReadFrom("$"));
        await AppendAsync("1-0", new AppendOptions { Trim = StreamTrim.MaxLength(0) });
        if (!Traits.RepeatsBlockedReads)
            return;
        await read.WaitsAsync();
        await AppendAsync("2-0");
        Assert.Equal("2-0", await read.ServedAsync());
    }

    [Fact]
    public async Task A_waiting_read_gets_what_trimming_has_left()
    {
        var read = await BlockAsync(ReadFrom("$"));
        await AppendBatchAsync("1-0 2-0 3-0", new AppendOptions { Trim = StreamTrim.MaxLength(2) });
        Assert.Equal("2-0 3-0", await read.ServedAsync());
    }

    [Fact]
    public async Task Everybody_who_waits_gets_the_entry()
    {
        BlockedRead[] reads = [await BlockAsync(ReadFrom("$")), await BlockAsync(ReadFrom("0")), await BlockAsync(ReadFrom("$", Other, Stream))];
        await AppendAsync("1-0");
        foreach (var read in reads)
            Assert.Equal("1-0", await read.ServedAsync());
    }

    [Fact]
    public async Task A_waiting_read_survives_the_deletion_of_its_stream()
    {
        await AppendAsync("1-0");
        var read = await BlockAsync(ReadFrom("1-0"));
        await Engine.DeleteStreamAsync(Stream);
        await read.WaitsAsync();
        await AppendAsync("1-1");
        Assert.Equal("1-1", await read.ServedAsync());
    }

    [Fact]
    public async Task A_waiting_read_obeys_its_count()
    {
        var read = await BlockAsync(ReadFrom("$") with { Count = 1 });
        await AppendBatchAsync("1-0 2-0");
        Assert.Equal("1-0", await read.ServedAsync());
    }

    [Fact]
    public async Task Other_streams_are_no_concern_of_a_waiting_read()
    {
        var read = await BlockAsync(ReadFrom("$"));
        await AppendAsync("1-0 2-0", Other);
        await read.WaitsAsync();
        await AppendAsync("3-0");
        Assert.Equal("3-0", await read.ServedAsync());
    }
}
