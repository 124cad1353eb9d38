using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XDEL and DEL.</summary>
public abstract class DeletingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task Deleted_entries_are_counted_each_once()
    {
        await AppendAsync("1-0 2-0 3-0 4-0");
        Assert.Equal(2, await Engine.DeleteAsync(Stream, Ids("4-0 2-0 2-0 9-9 0-0")));
        Assert.Equal("1-0 3-0", await RangeAsync());
        Assert.Equal(0, await Engine.DeleteAsync(Stream, Ids("2-0")));
    }

    [Fact]
    public async Task Without_a_stream_nothing_is_deleted()
    {
        Assert.Equal(0, await Engine.DeleteAsync(Stream, Ids("1-0")));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task The_greatest_deleted_id_and_the_first_id_are_kept_up()
    {
        await AppendAsync("1-0 2-0 3-0 4-0");
        await Engine.DeleteAsync(Stream, Ids("3-0"));
        Assert.Equal("first 1-0 deleted 3-0", await EndsAsync());
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        Assert.Equal("first 2-0 deleted 3-0", await EndsAsync());
        await Engine.DeleteAsync(Stream, Ids("9-0"));
        Assert.Equal("first 2-0 deleted 3-0", await EndsAsync());
        await Engine.DeleteAsync(Stream, Ids("2-0 4-0"));
        Assert.Equal("first 0-0 deleted 4-0", await EndsAsync());
    }

    [Fact]
    public async Task Deleting_every_entry_leaves_the_stream_and_its_groups()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        Assert.Equal("g last 0-0 read - lag 0", await GroupTextAsync());
        Assert.Equal((0, 1), ((await Engine.GetStreamInfoAsync(Stream)).Length, (await Engine.GetStreamInfoAsync(Stream)).EntriesAdded));
    }

    [Fact]
    public async Task Deleted_entries_stay_pending()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await DeliverAsync("a");
        await Engine.DeleteAsync(Stream, Ids("1-0 2-0"));
        Assert.Equal("1-0 a x1, 2-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task Entries_are_found_whatever_was_deleted_around_them()
    {
        var last = 6 * Traits.NodeMaxEntries;
        await AppendAsync(IdRun(1, last));
        var random = new Random(1);
        var left = Enumerable.Range(1, last).ToList();
        while (left.Count > 3)
        {
            var index = random.Next(left.Count);
            Assert.Equal(1, await Engine.DeleteAsync(Stream, Ids($"{left[index]}-0")));
            left.RemoveAt(index);
        }
        Assert.Equal(string.Join(' ', left.Select(ms => $"{ms}-0")), await RangeAsync());
    }

    [Fact]
    public async Task A_stream_is_deleted_with_its_groups()
    {
        await CreateGroupAsync();
        await AppendAsync("5-0");
        await DeliverAsync("a");
        Assert.True(await Engine.DeleteStreamAsync(Stream));
        Assert.False(await Engine.DeleteStreamAsync(Stream));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));

        await AppendAsync("1-0");
        Assert.Empty(await Engine.GetGroupsAsync(Stream));
        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Equal((1, Id("1-0")), (info.EntriesAdded, info.LastGeneratedId));
    }

    private async Task<string> EndsAsync()
    {
        var info = await Engine.GetStreamInfoAsync(Stream);
        return $"first {info.RecordedFirstEntryId} deleted {info.MaxDeletedEntryId}";
    }
}
