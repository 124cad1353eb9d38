using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>The entries-read counter and the lag of XINFO GROUPS.</summary>
public abstract class LagContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task A_stream_that_never_had_an_entry_has_no_lag()
    {
        await CreateGroupAsync();
        Assert.Equal("g last 0-0 read - lag 0", await GroupTextAsync());
    }

    [Fact]
    public async Task A_stream_without_entries_has_no_lag()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await Engine.DeleteAsync(Stream, Ids("1-0 2-0"));
        Assert.Equal("g last 0-0 read - lag 0", await GroupTextAsync());
    }

    [Fact]
    public async Task The_counter_goes_up_with_each_delivery_and_the_lag_down()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0 4-0 5-0");
        Assert.Equal("g last 0-0 read - lag 5", await GroupTextAsync());
        await DeliverAsync("a", 1);
        Assert.Equal("g last 1-0 read 1 lag 4", await GroupTextAsync());
        await DeliverAsync("a", 2);
        Assert.Equal("g last 3-0 read 3 lag 2", await GroupTextAsync());
        await AppendAsync("6-0");
        Assert.Equal("g last 3-0 read 3 lag 3", await GroupTextAsync());
        await DeliverAsync("a");
        Assert.Equal("g last 6-0 read 6 lag 0", await GroupTextAsync());
    }

    [Theory]
    [InlineData("0", "g last 0-0 read - lag 3")]
    [InlineData("1-0", "g last 1-0 read - lag 2")]
    [InlineData("2-0", "g last 2-0 read - lag -")]
    [InlineData("2-5", "g last 2-5 read - lag -")]
    [InlineData("3-0", "g last 3-0 read - lag 0")]
    [InlineData("9-0", "g last 9-0 read - lag -")]
    [InlineData("18446744073709551615-18446744073709551615", "g last 18446744073709551615-18446744073709551615 read - lag -")]
    public async Task Where_nothing_was_deleted_the_lag_is_known_at_the_ends(string position, string expected)
    {
        await AppendAsync("1-0 2-0 3-0");
        await CreateGroupAsync(position);
        Assert.Equal(expected, await GroupTextAsync());
    }

    [Fact]
    public async Task Where_the_counter_was_unknown_it_is_found_at_the_first_and_the_last_entry()
    {
        await AppendAsync("1-0 2-0 3-0");
        await CreateGroupAsync("1-0");
        await DeliverAsync("a", 1);
        Assert.Equal("g last 2-0 read - lag -", await GroupTextAsync());
        await DeliverAsync("a", 1);
        Assert.Equal("g last 3-0 read 3 lag 0", await GroupTextAsync());

        await CreateGroupAsync("0", group: "h");
        await DeliverAsync("a", 1, "h");
        Assert.Equal("h last 1-0 read 1 lag 2", (await GroupInfoAsync("h")).ToText());
    }

    [Fact]
    public async Task A_counter_that_was_given_is_believed()
    {
        await AppendAsync("1-0 2-0 3-0");
        await CreateGroupAsync("2-0", entriesRead: 2);
        Assert.Equal("g last 2-0 read 2 lag 1", await GroupTextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_only_the_head_is_gone_the_counter_is_found_as_in_a_whole_stream(bool trimmed)
    {
        await AppendAsync("1-0 2-0 3-0 4-0 5-0");
        await (trimmed ? Engine.TrimAsync(Stream, StreamTrim.MaxLength(3)) : Engine.DeleteAsync(Stream, Ids("1-0 2-0")));
        await CreateGroupAsync("0");
        await CreateGroupAsync("2-0", group: "h");
        await CreateGroupAsync("3-0", group: "i");
        await CreateGroupAsync("4-0", group: "j");
        Assert.Equal([3, 3, 2, null], (await Engine.GetGroupsAsync(Stream)).Select(group => group.Lag));
        await DeliverAsync("a", 1);
        Assert.Equal("g last 3-0 read 3 lag 2", await GroupTextAsync());
    }

    [Fact]
    public async Task Where_the_next_entries_were_trimmed_the_counter_is_found_anew()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0 4-0 5-0");
        await DeliverAsync("a", 1);
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(2));
        await DeliverAsync("a", 1);
        Assert.Equal(Traits.RecountsFromFirstEntry ? "g last 4-0 read 4 lag 1" : "g last 4-0 read 2 lag 3", await GroupTextAsync());
    }

    [Fact]
    public async Task Where_the_last_entry_was_deleted_only_a_group_at_its_id_has_a_lag()
    {
        await AppendAsync("1-0 2-0 3-0");
        await Engine.DeleteAsync(Stream, Ids("3-0"));
        await CreateGroupAsync("$");
        await CreateGroupAsync("2-0", group: "h");
        await CreateGroupAsync("0", group: "i");
        Assert.Equal([0, null, null], (await Engine.GetGroupsAsync(Stream)).Select(group => group.Lag));
    }

    [Fact]
    public async Task A_deleted_entry_ahead_makes_the_lag_unknown_until_it_is_passed()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0 4-0 5-0");
        await DeliverAsync("a", 2);
        await Engine.DeleteAsync(Stream, Ids("4-0"));
        Assert.Equal("g last 2-0 read 2 lag -", await GroupTextAsync());
        await DeliverAsync("a", 1);
        Assert.Equal("g last 3-0 read - lag -", await GroupTextAsync());
        await DeliverAsync("a", 1);
        Assert.Equal("g last 5-0 read 5 lag 0", await GroupTextAsync());
        await AppendAsync("6-0");
        Assert.Equal("g last 5-0 read 5 lag 1", await GroupTextAsync());
    }

    [Fact]
    public async Task A_deleted_entry_behind_is_no_concern()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0 4-0");
        await DeliverAsync("a", 3);
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal("g last 3-0 read 3 lag 1", await GroupTextAsync());
        await DeliverAsync("a");
        Assert.Equal("g last 4-0 read 4 lag 0", await GroupTextAsync());
    }

    [Fact]
    public async Task The_deletion_of_the_last_delivered_entry_makes_the_lag_unknown()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a", 2);
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal("g last 2-0 read 2 lag -", await GroupTextAsync());
    }

    [Fact]
    public async Task The_lag_of_a_group_before_the_first_entry_is_the_length_when_nothing_later_was_deleted()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0 4-0");
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(1));
        Assert.Equal("g last 0-0 read - lag 1", await GroupTextAsync());

        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning, entriesRead: 0);
        Assert.Equal($"g last 0-0 read 0 lag {(Traits.KnowsLagBehindFirstEntry ? 1 : 4)}", await GroupTextAsync());
    }

    [Fact]
    public async Task The_lag_of_a_group_before_the_first_entry_counts_also_after_deletions_at_the_head()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a", 1);
        await Engine.DeleteAsync(Stream, Ids("1-0 2-0"));
        if (!Traits.KnowsLagBehindFirstEntry)
            return;
        Assert.Equal("g last 1-0 read 1 lag 1", await GroupTextAsync());
        await DeliverAsync("a");
        Assert.Equal("g last 3-0 read 3 lag 0", await GroupTextAsync());
    }

    [Fact]
    public async Task A_deletion_after_the_first_entry_makes_the_lag_unknown_also_for_a_group_before_it()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal("g last 0-0 read - lag -", await GroupTextAsync());
        await DeliverAsync("a", 1);
        Assert.Equal("g last 1-0 read - lag -", await GroupTextAsync());
        await DeliverAsync("a", 1);
        Assert.Equal("g last 3-0 read 3 lag 0", await GroupTextAsync());
    }
}
