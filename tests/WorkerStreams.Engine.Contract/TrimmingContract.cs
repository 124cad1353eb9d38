using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XTRIM.</summary>
public abstract class TrimmingContract(EngineFixture fixture) : EngineContract(fixture)
{
    private int Node => Traits.NodeMaxEntries;

    [Theory]
    [InlineData(5, 0, "1-0 2-0 3-0 4-0")]
    [InlineData(4, 0, "1-0 2-0 3-0 4-0")]
    [InlineData(3, 1, "2-0 3-0 4-0")]
    [InlineData(1, 3, "4-0")]
    [InlineData(0, 4, "")]
    public async Task By_length_the_newest_are_kept(int length, int removed, string kept)
    {
        await AppendAsync("1-0 2-0 3-0 4-0");
        Assert.Equal(removed, await Engine.TrimAsync(Stream, StreamTrim.MaxLength(length)));
        Assert.Equal(kept, await RangeAsync());
    }

    [Theory]
    [InlineData("0-0", 0, "1-0 2-0 3-0 4-0")]
    [InlineData("1-0", 0, "1-0 2-0 3-0 4-0")]
    [InlineData("1-1", 1, "2-0 3-0 4-0")]
    [InlineData("4-0", 3, "4-0")]
    [InlineData("9-0", 4, "")]
    public async Task By_id_those_not_below_are_kept(string id, int removed, string kept)
    {
        await AppendAsync("1-0 2-0 3-0 4-0");
        Assert.Equal(removed, await Engine.TrimAsync(Stream, StreamTrim.MinId(Id(id))));
        Assert.Equal(kept, await RangeAsync());
    }

    [Fact]
    public async Task Without_a_stream_nothing_is_trimmed()
    {
        Assert.Equal(0, await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0)));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task Trimming_to_nothing_leaves_the_stream_its_groups_and_its_figures()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal(2, await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0)));
        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Equal((0, 3, 1), (info.Length, info.EntriesAdded, info.Groups));
        Assert.Equal(("3-0", "2-0", "0-0"), ($"{info.LastGeneratedId}", $"{info.MaxDeletedEntryId}", $"{info.RecordedFirstEntryId}"));
    }

    [Fact]
    public async Task Trimmed_entries_stay_pending()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await DeliverAsync("a");
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(1));
        Assert.Equal("1-0 a x1, 2-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task By_length_approximately_only_whole_nodes_go()
    {
        await AppendAsync(IdRun(1, 10 * Node));
        Assert.Equal(0, await TrimAsync(StreamTrim.MaxLength((9 * Node) + 1, approximate: true)));
        Assert.Equal(Node, await TrimAsync(StreamTrim.MaxLength((8 * Node) + 1, approximate: true)));
        Assert.Equal(Node, await TrimAsync(StreamTrim.MaxLength(8 * Node, approximate: true)));
        Assert.Equal(IdRun((2 * Node) + 1, 10 * Node), await RangeAsync());
    }

    [Fact]
    public async Task By_id_approximately_only_whole_nodes_below_go()
    {
        await AppendAsync(IdRun(1, 4 * Node));
        Assert.Equal(0, await TrimAsync(StreamTrim.MinId(Id($"{Node}-0"), approximate: true)));
        Assert.Equal(Node, await TrimAsync(StreamTrim.MinId(Id($"{Node}-1"), approximate: true)));
        Assert.Equal(Node, await TrimAsync(StreamTrim.MinId(Id($"{(3 * Node) - 1}-0"), approximate: true)));
        Assert.Equal(IdRun((2 * Node) + 1, 4 * Node), await RangeAsync());
    }

    [Fact]
    public async Task A_limit_stops_before_it_would_be_exceeded()
    {
        await AppendAsync(IdRun(1, 6 * Node));
        Assert.Equal(0, await TrimAsync(StreamTrim.MaxLength(0, approximate: true, limit: Node - 1)));
        Assert.Equal(2 * Node, await TrimAsync(StreamTrim.MaxLength(0, approximate: true, limit: (3 * Node) - 1)));
        Assert.Equal(Node, await TrimAsync(StreamTrim.MinId(StreamEntryId.MaxValue, approximate: true, limit: Node)));
        Assert.Equal(IdRun((3 * Node) + 1, 6 * Node), await RangeAsync());
    }

    [Fact]
    public async Task Without_a_limit_a_hundred_nodes_go_at_most_and_with_0_all()
    {
        const int Extra = 3;
        var entries = new AppendEntry[(100 + Extra) * Node];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new(Fields(), new StreamEntryId((ulong)i + 1, 0));
        await Engine.AppendAsync(Stream, entries, new AppendResult[entries.Length]);

        Assert.Equal(100 * Node, await TrimAsync(StreamTrim.MaxLength(0, approximate: true)));
        Assert.Equal(Extra * Node, await TrimAsync(StreamTrim.MaxLength(0, approximate: true, limit: 0)));
    }

    [Fact]
    public async Task A_node_with_deleted_entries_goes_as_a_whole()
    {
        await AppendAsync(IdRun(1, 3 * Node));
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        Assert.Equal(Node - 1, await TrimAsync(StreamTrim.MaxLength(2 * Node, approximate: true)));
        Assert.Equal(IdRun(Node + 1, 3 * Node), await RangeAsync());
    }

    [Fact]
    public async Task After_trimming_entries_can_be_appended_read_and_deleted()
    {
        await AppendAsync(IdRun(1, 3 * Node));
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(Node + 1));
        await AppendAsync($"{(3 * Node) + 1}-0");
        Assert.Equal(IdRun(2 * Node, (3 * Node) + 1), await RangeAsync());
        Assert.Equal(1, await Engine.DeleteAsync(Stream, Ids($"1-0 {2 * Node}-0")));
        Assert.Equal(IdRun((2 * Node) + 1, (3 * Node) + 1), await ReadAsync(ReadFrom("0")));
    }

    private ValueTask<long> TrimAsync(StreamTrim trim) => Engine.TrimAsync(Stream, trim);
}
