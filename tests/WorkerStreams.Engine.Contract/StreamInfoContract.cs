using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XINFO STREAM.</summary>
public abstract class StreamInfoContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task The_stream_must_exist() => await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));

    [Fact]
    public async Task Every_figure_is_told()
    {
        await AppendAsync("1-0 2-0 3-0 4-0 5-0");
        await CreateGroupAsync();
        await CreateGroupAsync(group: "h");
        await Engine.DeleteAsync(Stream, Ids("3-0 5-0"));
        await Engine.TrimAsync(Stream, StreamTrim.MinId(Id("2-0")));

        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Equal((2, 5, 2), (info.Length, info.EntriesAdded, info.Groups));
        Assert.Equal((Id("5-0"), Id("5-0"), Id("2-0")), (info.LastGeneratedId, info.MaxDeletedEntryId, info.RecordedFirstEntryId));
    }

    [Fact]
    public async Task The_first_and_the_last_entry_are_copies()
    {
        await AppendAsync("1-0 2-0 3-0");
        var info = await Engine.GetStreamInfoAsync(Stream);
        await Engine.DeleteStreamAsync(Stream);
        await AppendAsync(IdRun(7, 7 + (3 * Traits.NodeMaxEntries)));
        Assert.Equal(("1-0", "f 1-0"), (info.FirstEntry?.Id.ToString(), info.FirstEntry?.Fields.ToString()));
        Assert.Equal(("3-0", "f 3-0"), (info.LastEntry?.Id.ToString(), info.LastEntry?.Fields.ToString()));
    }

    [Fact]
    public async Task The_nodes_are_counted()
    {
        await AppendAsync(IdRun(1, 3 * Traits.NodeMaxEntries));
        Assert.Equal(3, (await Engine.GetStreamInfoAsync(Stream)).Nodes);
        await Engine.DeleteAsync(Stream, Ids(IdRun(Traits.NodeMaxEntries + 1, 2 * Traits.NodeMaxEntries)));
        Assert.Equal(2, (await Engine.GetStreamInfoAsync(Stream)).Nodes);
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        Assert.Equal(0, (await Engine.GetStreamInfoAsync(Stream)).Nodes);
    }

    [Fact]
    public async Task An_empty_stream_has_no_first_and_no_last_entry()
    {
        await AppendAsync("1-0");
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Null(info.FirstEntry);
        Assert.Null(info.LastEntry);
        Assert.Equal(StreamEntryId.MinValue, info.RecordedFirstEntryId);
    }
}
