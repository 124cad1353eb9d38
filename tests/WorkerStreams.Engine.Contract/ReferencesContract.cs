using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XDELEX, XACKDEL, and trimming that heeds what groups refer to (8.2).</summary>
public abstract class ReferencesContract(EngineFixture fixture) : EngineContract(fixture)
{
    private static readonly StreamName OtherGroup = "h";

    [Fact]
    public async Task A_deletion_tells_of_each_entry()
    {
        await AppendAsync("1-0 2-0 3-0");
        Assert.Equal("Deleted NotFound NotFound Deleted", await DeleteAsync("3-0 3-0 9-0 1-0", EntryReferences.Keep));
        Assert.Equal("2-0", await RangeAsync());
        Assert.Equal("3-0", $"{(await Engine.GetStreamInfoAsync(Stream)).MaxDeletedEntryId}");
    }

    [Theory]
    [InlineData(EntryReferences.Keep)]
    [InlineData(EntryReferences.Delete)]
    [InlineData(EntryReferences.OnlyAcknowledged)]
    public async Task Without_a_stream_or_a_group_nothing_is_found(EntryReferences references)
    {
        Assert.Equal("NotFound", await DeleteAsync("1-0", references));
        Assert.Equal("NotFound", await AcknowledgeAsync("1-0", references));
        await AppendAsync("1-0");
        Assert.Equal("NotFound", await AcknowledgeAsync("1-0", references));
        Assert.Equal("1-0", await RangeAsync());
    }

    [Fact]
    public async Task Deleted_entries_stay_pending_if_references_are_kept()
    {
        await DeliverToBothAsync("1-0 2-0");
        Assert.Equal("Deleted", await DeleteAsync("1-0", EntryReferences.Keep));
        Assert.Equal("1-0 a x1, 2-0 a x1", await PendingAsync());
        Assert.Equal("1-0 b x1, 2-0 b x1", await PendingAsync(OtherGroup));
    }

    [Fact]
    public async Task Deleted_entries_are_pending_nowhere_if_references_are_deleted()
    {
        await DeliverToBothAsync("1-0 2-0");
        Assert.Equal("Deleted", await DeleteAsync("1-0", EntryReferences.Delete));
        Assert.Equal("2-0 a x1", await PendingAsync());
        Assert.Equal("2-0 b x1", await PendingAsync(OtherGroup));
        Assert.Equal(1, (await ConsumerInfoAsync("a")).Pending);
    }

    [Fact]
    public async Task References_are_deleted_also_where_the_entry_is_gone()
    {
        await DeliverToBothAsync("1-0 2-0");
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        Assert.Equal("NotFound", await DeleteAsync("1-0", EntryReferences.Delete));
        Assert.Equal("2-0 a x1", await PendingAsync());
        Assert.Equal("2-0 b x1", await PendingAsync(OtherGroup));
    }

    [Fact]
    public async Task Only_what_every_group_has_acknowledged_is_deleted()
    {
        await DeliverToBothAsync("1-0 2-0 3-0");
        await AppendAsync("4-0");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 2-0"));
        await Engine.AcknowledgeAsync(Stream, OtherGroup, Ids("2-0 3-0"));
        Assert.Equal("Kept Deleted Kept Kept Kept NotFound", await DeleteAsync("1-0 2-0 3-0 4-0 9-0 2-0", EntryReferences.OnlyAcknowledged));
        Assert.Equal("1-0 3-0 4-0", await RangeAsync());
        Assert.Equal("2-0", $"{(await Engine.GetStreamInfoAsync(Stream)).MaxDeletedEntryId}");
    }

    [Fact]
    public async Task Without_groups_nothing_is_referred_to()
    {
        await AppendAsync("1-0 2-0");
        Assert.Equal("Deleted", await DeleteAsync("1-0", EntryReferences.OnlyAcknowledged));
    }

    [Fact]
    public async Task A_group_that_was_set_back_refers_to_what_it_has_to_read_again()
    {
        await DeliverToBothAsync("1-0 2-0");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 2-0"));
        await Engine.AcknowledgeAsync(Stream, OtherGroup, Ids("1-0 2-0"));
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.After(Id("1-0")));
        Assert.Equal("Deleted Kept", await DeleteAsync("1-0 2-0", EntryReferences.OnlyAcknowledged));
    }

    [Fact]
    public async Task Positions_are_compared_as_numbers()
    {
        await AppendAsync("9-9 10-2 10-10 18446744073709551614-18446744073709551614 18446744073709551614-18446744073709551615");
        await CreateGroupAsync("10-2");
        Assert.Equal("Deleted Deleted Kept", await DeleteAsync("9-9 10-2 10-10", EntryReferences.OnlyAcknowledged));
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.After(Id("18446744073709551614-18446744073709551614")));
        Assert.Equal(
            "Kept Deleted",
            await DeleteAsync("18446744073709551614-18446744073709551615 18446744073709551614-18446744073709551614", EntryReferences.OnlyAcknowledged));
    }

    [Fact]
    public async Task Acknowledged_entries_are_deleted_and_stay_pending_elsewhere_if_references_are_kept()
    {
        await DeliverToBothAsync("1-0 2-0 3-0");
        await AppendAsync("4-0");
        Assert.Equal("Deleted NotFound NotFound Deleted", await AcknowledgeAsync("1-0 1-0 4-0 3-0", EntryReferences.Keep));
        Assert.Equal("2-0 4-0", await RangeAsync());
        Assert.Equal("2-0 a x1", await PendingAsync());
        Assert.Equal("1-0 b x1, 2-0 b x1, 3-0 b x1", await PendingAsync(OtherGroup));
    }

    [Fact]
    public async Task Acknowledged_entries_are_pending_nowhere_if_references_are_deleted()
    {
        await DeliverToBothAsync("1-0 2-0");
        Assert.Equal("Deleted", await AcknowledgeAsync("1-0", EntryReferences.Delete));
        Assert.Equal("2-0 b x1", await PendingAsync(OtherGroup));
    }

    [Fact]
    public async Task What_is_not_pending_in_the_group_is_left_alone()
    {
        await DeliverToBothAsync("1-0");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0"));
        Assert.Equal("NotFound", await AcknowledgeAsync("1-0", EntryReferences.Delete));
        Assert.Equal("1-0", await RangeAsync());
        Assert.Equal("1-0 b x1", await PendingAsync(OtherGroup));
    }

    [Fact]
    public async Task The_last_group_that_acknowledges_deletes()
    {
        await DeliverToBothAsync("1-0");
        Assert.Equal("Kept", await AcknowledgeAsync("1-0", EntryReferences.OnlyAcknowledged));
        Assert.Equal("1-0", await RangeAsync());
        Assert.Equal("Deleted", await AcknowledgeAsync("1-0", EntryReferences.OnlyAcknowledged, OtherGroup));
        Assert.Equal("", await RangeAsync());
    }

    [Theory]
    [InlineData(EntryReferences.Keep, "Deleted")]
    [InlineData(EntryReferences.Delete, "Deleted")]
    [InlineData(EntryReferences.OnlyAcknowledged, "Kept")]
    public async Task What_is_gone_already_counts_as_deleted_once_no_group_is_heeded(EntryReferences references, string outcome)
    {
        await DeliverToBothAsync("1-0");
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        Assert.Equal(outcome, await AcknowledgeAsync("1-0", references));
        Assert.Equal("", await PendingAsync());
        Assert.Equal(references == EntryReferences.Delete ? "NotFound" : "Deleted", await AcknowledgeAsync("1-0", references, OtherGroup));
    }

    [Fact]
    public async Task Nothing_asked_for_is_nothing_done()
    {
        await AppendAsync("1-0");
        await Engine.DeleteAsync(Stream, default, EntryReferences.Keep, default);
        await Engine.AcknowledgeAndDeleteAsync(Stream, Group, default, EntryReferences.Keep, default);
        Assert.Equal("1-0", await RangeAsync());
    }

    [Fact]
    public async Task Trimming_can_delete_references()
    {
        if (!Traits.TrimsByReferences)
            return;
        await DeliverToBothAsync(IdRun(1, 10));
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal(4, await Engine.TrimAsync(Stream, StreamTrim.MinId(Id("6-0")) with { References = EntryReferences.Delete }));
        Assert.Equal(IdRun(6, 10), await RangeAsync());
        // It had gone before.
        Assert.Equal("2-0 a x1, 6-0 a x1, 7-0 a x1, 8-0 a x1, 9-0 a x1, 10-0 a x1", await PendingAsync());
        Assert.Equal(3, await Engine.TrimAsync(Stream, StreamTrim.MaxLength(2) with { References = EntryReferences.Delete }));
        Assert.Equal("2-0 b x1, 9-0 b x1, 10-0 b x1", await PendingAsync(OtherGroup));
    }

    [Theory]
    [InlineData("1-0 2-0 3-0 4-0 5-0 6-0", 2, "7-0 8-0", 6)]
    [InlineData("1-0 3-0 5-0", 2, "2-0 4-0 6-0 7-0 8-0", 3)]
    [InlineData("1-0 3-0 5-0", 6, "2-0 4-0 5-0 6-0 7-0 8-0", 2)]
    [InlineData("6-0", 7, "1-0 2-0 3-0 4-0 5-0 7-0 8-0", 1)]
    [InlineData("1-0", 8, "1-0 2-0 3-0 4-0 5-0 6-0 7-0 8-0", 0)]
    public async Task Trimming_by_length_can_pass_over_what_is_not_acknowledged(string acknowledged, int length, string left, int removed)
    {
        if (!Traits.TrimsByReferences)
            return;
        await CreateGroupAsync();
        await AppendAsync(IdRun(1, 8));
        await DeliverAsync("a", count: 6);
        await Engine.AcknowledgeAsync(Stream, Group, Ids(acknowledged));
        Assert.Equal(removed, await Engine.TrimAsync(Stream, StreamTrim.MaxLength(length) with { References = EntryReferences.OnlyAcknowledged }));
        Assert.Equal(left, await RangeAsync());
        Assert.Equal("0-0", $"{(await Engine.GetStreamInfoAsync(Stream)).MaxDeletedEntryId}");
    }

    [Fact]
    public async Task Trimming_by_id_can_pass_over_what_is_not_acknowledged()
    {
        if (!Traits.TrimsByReferences)
            return;
        await CreateGroupAsync();
        await AppendAsync(IdRun(1, 8));
        await DeliverAsync("a");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 3-0 5-0 8-0"));
        var trim = StreamTrim.MinId(Id("5-1")) with { References = EntryReferences.OnlyAcknowledged };
        Assert.Equal(3, await Engine.TrimAsync(Stream, trim));
        Assert.Equal("2-0 4-0 6-0 7-0 8-0", await RangeAsync());
        Assert.Equal(0, await Engine.TrimAsync(Stream, StreamTrim.MinId(default) with { References = EntryReferences.OnlyAcknowledged }));
    }

    [Fact]
    public async Task An_append_can_trim_what_is_acknowledged()
    {
        if (!Traits.TrimsByReferences)
            return;
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("2-0"));
        await AppendAsync("4-0", new AppendOptions { Trim = StreamTrim.MaxLength(0) with { References = EntryReferences.OnlyAcknowledged } });
        Assert.Equal("1-0 3-0 4-0", await RangeAsync());
        await AppendAsync("5-0", new AppendOptions { Trim = StreamTrim.MaxLength(1) with { References = EntryReferences.Delete } });
        Assert.Equal("5-0", await RangeAsync());
        Assert.Equal("", await PendingAsync());
    }

    [Theory]
    [InlineData(EntryReferences.OnlyAcknowledged)]
    [InlineData(EntryReferences.Delete)]
    public async Task An_approximate_trimming_by_references_takes_single_entries(EntryReferences options)
    {
        if (!Traits.TrimsByReferences)
            return;
        var node = Traits.NodeMaxEntries;
        await CreateGroupAsync();
        await AppendBatchAsync(IdRun(1, 5 * node));
        await DeliverAsync("a", count: 5 * node);
        await Engine.AcknowledgeAsync(Stream, Group, Ids(IdRun(1, 5 * node)));
        Assert.Equal(node - 1, await Engine.TrimAsync(Stream, StreamTrim.MaxLength((4 * node) + 1, approximate: true) with { References = options }));
        Assert.Equal(node + 1, await Engine.TrimAsync(Stream, StreamTrim.MaxLength(1, approximate: true, limit: (2 * node) - 1) with { References = options }));
        Assert.Equal(node + 1, await Engine.TrimAsync(Stream, StreamTrim.MinId(new((ulong)(3 * node) + 2, 0), approximate: true) with { References = options }));
        Assert.Equal(IdRun((3 * node) + 2, 5 * node), await RangeAsync());
    }

    private async Task DeliverToBothAsync(string ids)
    {
        await CreateGroupAsync();
        await CreateGroupAsync(group: OtherGroup);
        await AppendAsync(ids);
        await DeliverAsync("a");
        await DeliverAsync("b", group: OtherGroup);
    }

    private async Task<string> DeleteAsync(string ids, EntryReferences references)
    {
        var outcomes = new DeletionOutcome[Ids(ids).Length];
        await Engine.DeleteAsync(Stream, Ids(ids), references, outcomes);
        return string.Join(' ', outcomes);
    }

    private async Task<string> AcknowledgeAsync(string ids, EntryReferences references, StreamName? group = null)
    {
        var outcomes = new DeletionOutcome[Ids(ids).Length];
        await Engine.AcknowledgeAndDeleteAsync(Stream, group ?? Group, Ids(ids), references, outcomes);
        return string.Join(' ', outcomes);
    }
}
