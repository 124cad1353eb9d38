using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XSETID.</summary>
public abstract class SetIdContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task The_last_id_can_be_raised()
    {
        await AppendAsync("1-0");
        await Engine.SetIdAsync(Stream, Id("9-5"));
        Assert.Equal("last 9-5 added 1 deleted 0-0", await FiguresAsync());
        await FailsAsync(EngineError.IdTooSmall, () => AppendAsync("9-5"));
        Assert.Equal(Id("9-6"), await AppendAsync("9-*"));
    }

    [Fact]
    public async Task The_last_id_can_be_lowered_to_the_last_entry_and_without_entries_to_any()
    {
        await AppendAsync("5-0");
        await Engine.SetIdAsync(Stream, Id("9-0"));
        await Engine.SetIdAsync(Stream, Id("5-0"));
        Assert.Equal("last 5-0 added 1 deleted 0-0", await FiguresAsync());
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        await Engine.SetIdAsync(Stream, Id("1-0"));
        Assert.Equal("last 1-0 added 1 deleted 0-0", await FiguresAsync());
    }

    [Fact]
    public async Task The_other_figures_can_be_set()
    {
        await AppendAsync("1-0 2-0");
        await Engine.SetIdAsync(Stream, Id("9-0"), entriesAdded: 40, maxDeletedId: Id("8-1"));
        Assert.Equal("last 9-0 added 40 deleted 8-1", await FiguresAsync());
        await Engine.SetIdAsync(Stream, Id("9-0"), entriesAdded: 2);
        Assert.Equal("last 9-0 added 2 deleted 8-1", await FiguresAsync());
        await Engine.SetIdAsync(Stream, Id("9-0"), maxDeletedId: StreamEntryId.MinValue);
        Assert.Equal("last 9-0 added 2 deleted 8-1", await FiguresAsync());
        await Engine.SetIdAsync(Stream, Id("9-0"), maxDeletedId: Id("3-0"));
        Assert.Equal("last 9-0 added 2 deleted 3-0", await FiguresAsync());
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        await Engine.SetIdAsync(Stream, Id("9-0"), entriesAdded: 0);
        Assert.Equal("last 9-0 added 0 deleted 3-0", await FiguresAsync());
    }

    [Fact]
    public async Task The_stream_must_exist() => await FailsAsync(EngineError.NoKey, () => Engine.SetIdAsync(Stream, Id("1-0")));

    [Fact]
    public async Task The_last_id_must_not_be_below_the_last_entry()
    {
        await AppendAsync("1-0 5-0");
        await FailsAsync(EngineError.SetIdBelowTop, () => Engine.SetIdAsync(Stream, Id("4-9")));
        Assert.Equal("last 5-0 added 2 deleted 0-0", await FiguresAsync());
    }

    [Fact]
    public async Task The_last_id_must_not_be_below_the_greatest_deleted_one_given()
    {
        await AppendAsync("1-0");
        await FailsAsync(EngineError.SetIdBelowGivenDeleted, () => Engine.SetIdAsync(Stream, Id("4-0"), maxDeletedId: Id("4-1")));
        await FailsAsync(EngineError.SetIdBelowGivenDeleted, () => Engine.SetIdAsync(NewStream("none"), Id("4-0"), maxDeletedId: Id("4-1")));
    }

    [Fact]
    public async Task The_last_id_must_not_be_below_the_greatest_deleted_one()
    {
        await AppendAsync("1-0 5-0");
        await Engine.DeleteAsync(Stream, Ids("5-0"));
        if (Traits.ChecksMaxDeletedOnSetId)
            await FailsAsync(EngineError.SetIdBelowDeleted, () => Engine.SetIdAsync(Stream, Id("4-0")));
        else
            await Engine.SetIdAsync(Stream, Id("4-0"));
    }

    [Fact]
    public async Task The_entries_added_must_not_be_fewer_than_the_entries()
    {
        await AppendAsync("1-0 2-0");
        await FailsAsync(EngineError.EntriesAddedBelowLength, () => Engine.SetIdAsync(Stream, Id("2-0"), entriesAdded: 1));
        await FailsAsync(EngineError.EntriesAddedNegative, () => Engine.SetIdAsync(Stream, Id("2-0"), entriesAdded: -1));
        Assert.Equal("last 2-0 added 2 deleted 0-0", await FiguresAsync());
    }

    private async Task<string> FiguresAsync()
    {
        var info = await Engine.GetStreamInfoAsync(Stream);
        return $"last {info.LastGeneratedId} added {info.EntriesAdded} deleted {info.MaxDeletedEntryId}";
    }
}
