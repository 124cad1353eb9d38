using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XGROUP CREATE, SETID and DESTROY, and XINFO GROUPS.</summary>
public abstract class GroupsContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Theory]
    [InlineData("0", "1-0 2-0 3-0")]
    [InlineData("1-5", "2-0 3-0")]
    [InlineData("$", "")]
    [InlineData("9-0", "")]
    public async Task A_group_reads_from_where_it_was_made(string position, string expected)
    {
        await AppendAsync("1-0 2-0 3-0");
        await CreateGroupAsync(position);
        Assert.Equal(expected, await DeliverAsync("a"));
    }

    [Fact]
    public async Task A_group_at_the_end_gets_what_comes_after()
    {
        await AppendAsync("1-0");
        await CreateGroupAsync("$");
        Assert.Equal(Id("1-0"), (await GroupInfoAsync()).LastDeliveredId);
        await AppendAsync("2-0");
        Assert.Equal("2-0", await DeliverAsync("a"));
    }

    [Fact]
    public async Task The_end_of_a_stream_is_its_last_id_also_where_that_entry_is_gone()
    {
        await AppendAsync("1-0 2-0");
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        await CreateGroupAsync("$");
        Assert.Equal(Id("2-0"), (await GroupInfoAsync()).LastDeliveredId);
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning);
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End);
        Assert.Equal(Id("2-0"), (await GroupInfoAsync()).LastDeliveredId);
    }

    [Fact]
    public async Task A_group_of_that_name_must_not_exist()
    {
        await CreateGroupAsync();
        await FailsAsync(EngineError.GroupExists, () => CreateGroupAsync("$"));
        await FailsAsync(EngineError.GroupExists, () => Engine.CreateGroupAsync(Stream, Group, GroupPosition.End));
    }

    [Fact]
    public async Task A_group_needs_a_stream_unless_it_may_make_one()
    {
        await FailsAsync(EngineError.GroupNeedsKey, () => Engine.CreateGroupAsync(Stream, Group, GroupPosition.End));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));

        await CreateGroupAsync("$");
        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Equal((0, 0, StreamEntryId.MinValue, 1), (info.Length, info.EntriesAdded, info.LastGeneratedId, info.Groups));
    }

    [Fact]
    public async Task The_entries_read_are_unknown_unless_given()
    {
        await AppendAsync("1-0 2-0 3-0");
        await CreateGroupAsync("1-0");
        await CreateGroupAsync("1-0", group: "h", entriesRead: 1);
        await CreateGroupAsync("1-0", group: "i", entriesRead: -1);
        await CreateGroupAsync("0", group: "j", entriesRead: 0);
        Assert.Equal([null, 1, null, 0], (await Engine.GetGroupsAsync(Stream)).Select(group => group.EntriesRead));
    }

    [Fact]
    public async Task No_more_entries_are_read_than_were_ever_appended()
    {
        await AppendAsync("1-0 2-0 3-0");
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        await CreateGroupAsync("2-0", entriesRead: 9);
        Assert.Equal(Traits.CapsEntriesRead ? 3 : 9, (await GroupInfoAsync()).EntriesRead);
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End, entriesRead: 4);
        Assert.Equal(Traits.CapsEntriesRead ? 3 : 4, (await GroupInfoAsync()).EntriesRead);
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End, entriesRead: 3);
        Assert.Equal(3, (await GroupInfoAsync()).EntriesRead);
    }

    [Fact]
    public async Task The_entries_read_given_must_be_known_or_minus_1()
    {
        await AppendAsync("1-0");
        await FailsAsync(EngineError.EntriesReadNegative, () => CreateGroupAsync(entriesRead: -2));
        Assert.Empty(await Engine.GetGroupsAsync(Stream));
        await CreateGroupAsync();
        await FailsAsync(EngineError.EntriesReadNegative, () => Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End, entriesRead: -2));
        Assert.Equal("g last 0-0 read - lag 1", await GroupTextAsync());
    }

    [Theory]
    [InlineData("0", "1-0 2-0 3-0")]
    [InlineData("2-0", "3-0")]
    [InlineData("$", "")]
    [InlineData("18446744073709551615-18446744073709551615", "")]
    public async Task A_group_can_be_set_to_another_place(string position, string expected)
    {
        await AppendAsync("1-0 2-0 3-0");
        await CreateGroupAsync("1-0");
        await Engine.SetGroupIdAsync(Stream, Group, Position(position));
        Assert.Equal(expected, await DeliverAsync("a"));
    }

    [Fact]
    public async Task Setting_a_group_leaves_its_pending_entries_and_forgets_the_entries_read_unless_given()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a", 2);
        Assert.Equal("g last 2-0 read 2 lag 1", await GroupTextAsync());
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End);
        Assert.Equal("g last 3-0 read - lag 0", await GroupTextAsync());
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.After(Id("1-0")), entriesRead: 1);
        Assert.Equal("g last 1-0 read 1 lag 2", await GroupTextAsync());
        Assert.Equal("1-0 a x1, 2-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task A_group_can_be_destroyed_with_its_pending_entries()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await DeliverAsync("a");
        Assert.True(await Engine.DestroyGroupAsync(Stream, Group));
        Assert.False(await Engine.DestroyGroupAsync(Stream, Group));
        await CreateGroupAsync();
        Assert.Equal("", await PendingAsync());
        Assert.Equal("1-0", await DeliverAsync("b"));
        Assert.Equal("b", await ConsumersAsync());
    }

    [Fact]
    public async Task Every_group_command_needs_the_stream()
    {
        await FailsAsync(EngineError.GroupNeedsKey, () => Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End));
        await FailsAsync(EngineError.GroupNeedsKey, () => Engine.DestroyGroupAsync(Stream, Group));
        await FailsAsync(EngineError.GroupNeedsKey, () => Engine.CreateConsumerAsync(Stream, Group, "a"));
        await FailsAsync(EngineError.GroupNeedsKey, () => Engine.DeleteConsumerAsync(Stream, Group, "a"));
        await FailsAsync(EngineError.NoKey, () => Engine.GetGroupsAsync(Stream));
        await FailsAsync(EngineError.NoKey, () => Engine.GetConsumersAsync(Stream, Group));
    }

    [Fact]
    public async Task Commands_about_a_groups_inside_need_the_group()
    {
        await AppendAsync("1-0");
        await FailsAsync(EngineError.NoGroupInStream(Stream, Group), () => Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End));
        await FailsAsync(EngineError.NoGroupInStream(Stream, Group), () => Engine.CreateConsumerAsync(Stream, Group, "a"));
        await FailsAsync(EngineError.NoGroupInStream(Stream, Group), () => Engine.DeleteConsumerAsync(Stream, Group, "a"));
        await FailsAsync(EngineError.NoGroupInStream(Stream, Group), () => Engine.GetConsumersAsync(Stream, Group));
        Assert.False(await Engine.DestroyGroupAsync(Stream, Group));
    }

    [Fact]
    public async Task Groups_are_listed_by_the_bytes_of_their_names()
    {
        await AppendAsync("1-0");
        Assert.Empty(await Engine.GetGroupsAsync(Stream));
        foreach (var name in (string[])["b", "a", "Z", "ab", "ä"])
            await CreateGroupAsync(group: name);
        Assert.Equal("Z a ab b ä", string.Join(' ', (await Engine.GetGroupsAsync(Stream)).Select(group => group.Name)));
    }

    [Fact]
    public async Task A_groups_figures_count_its_consumers_and_pending_entries()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a", 2);
        await Engine.CreateConsumerAsync(Stream, Group, "b");
        Assert.Equal(new GroupInfo(Group, Consumers: 2, Pending: 2, Id("2-0"), EntriesRead: 2, Lag: 1), await GroupInfoAsync());
    }
}
