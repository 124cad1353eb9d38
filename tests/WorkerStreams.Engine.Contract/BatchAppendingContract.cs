using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XADD, many entries in one call: an outcome for each.</summary>
public abstract class BatchAppendingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task Entries_are_appended_in_order_and_each_learns_its_id()
    {
        var results = await AppendBatchAsync("1-0 5-* 5-* 9-1");
        Assert.All(results, result => Assert.Equal((AppendStatus.Stored, null), (result.Status, result.Error)));
        Assert.Equal("1-0 5-0 5-1 9-1", results.Select(result => result.Id).ToText());
        Assert.Equal("1-0[f 1-0] 5-0[f 5-*] 5-1[f 5-*] 9-1[f 9-1]", (await Engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max)).ToFieldText());
    }

    [Fact]
    public async Task Auto_ids_of_one_batch_go_up()
    {
        var results = await AppendBatchAsync(string.Join(' ', Enumerable.Repeat("*", 500)));
        var ids = results.Select(result => result.Id).ToList();
        Assert.All(ids.Zip(ids.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        Assert.Equal(ids.ToText(), await RangeAsync());
    }

    [Fact]
    public async Task A_refused_entry_does_not_stop_the_others()
    {
        var results = await AppendBatchAsync("3-0 2-0 0-0 4-0");
        Assert.Equal(
            [AppendStatus.Stored, AppendStatus.NotStored, AppendStatus.NotStored, AppendStatus.Stored], results.Select(result => result.Status));
        Assert.Equal([null, EngineError.IdTooSmall.Text, EngineError.IdIsZero.Text, null], results.Select(result => result.Error?.Message));
        Assert.Equal("3-0 4-0", await RangeAsync());
    }

    [Fact]
    public async Task A_batch_of_refused_entries_makes_no_stream()
    {
        var results = await AppendBatchAsync("0-0 0-0");
        Assert.All(results, result => Assert.Equal(AppendStatus.NotStored, result.Status));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task Without_leave_to_make_a_stream_each_entry_learns_that_there_is_none()
    {
        var results = await AppendBatchAsync("1-0 2-0", new AppendOptions { CreateStream = false });
        Assert.All(results, result => Assert.Equal((AppendStatus.NoStream, null), (result.Status, result.Error)));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task The_trimming_comes_after_the_last_entry()
    {
        await AppendAsync("1-0 2-0");
        var results = await AppendBatchAsync("3-0 4-0 5-0", new AppendOptions { Trim = StreamTrim.MaxLength(2) });
        Assert.All(results, result => Assert.Equal(AppendStatus.Stored, result.Status));
        Assert.Equal("4-0 5-0", await RangeAsync());
    }

    [Fact]
    public async Task A_batch_of_refused_entries_trims_nothing()
    {
        await AppendAsync("1-0 2-0");
        await AppendBatchAsync("1-0 2-0", new AppendOptions { Trim = StreamTrim.MaxLength(0) });
        Assert.Equal("1-0 2-0", await RangeAsync());
    }
}
