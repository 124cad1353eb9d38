using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary><see cref="IStreamEngine.MoveAsync"/>, which Redis has not: entries leave one stream for another in one step.</summary>
public abstract class MovingContract(EngineFixture fixture) : EngineContract(fixture)
{
    // Later than any clock, so that the next ids are known.
    private const string Ahead = "99999999999999-5";

    [Fact]
    public async Task Moved_entries_leave_the_one_stream_and_are_appended_to_the_other_in_the_order_asked_for()
    {
        await AppendAsync("1-0 2-0 3-0 4-0");
        await AppendAsync(Ahead, Other);
        Assert.Equal("99999999999999-6 99999999999999-7", await MoveAsync("3-0 1-0"));
        Assert.Equal("2-0 4-0", await RangeAsync());
        Assert.Equal("99999999999999-5[f 99999999999999-5] 99999999999999-6[was 3-0 x y] 99999999999999-7[was 1-0 x y]", await FieldsAsync(Other));
    }

    [Fact]
    public async Task What_is_not_there_or_was_named_before_is_left_out()
    {
        await AppendAsync("1-0 2-0 3-0");
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        await AppendAsync(Ahead, Other);
        Assert.Equal("- 99999999999999-6 - - 99999999999999-7", await MoveAsync("2-0 1-0 1-0 9-9 3-0"));
        Assert.Equal("- -", await MoveAsync("1-0 3-0"));
        Assert.Equal((0, 3), (await Engine.GetLengthAsync(Stream), await Engine.GetLengthAsync(Other)));
    }

    [Fact]
    public async Task Where_nothing_is_moved_no_stream_is_made()
    {
        Assert.Equal("-", await MoveAsync("1-0"));
        await AppendAsync("1-0");
        Assert.Equal("-", await MoveAsync("2-0"));
        Assert.Equal("", await MoveAsync(""));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Other));
    }

    [Fact]
    public async Task A_stream_that_all_entries_left_stays_with_its_groups_and_what_is_pending_in_them()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await DeliverAsync("a");
        await MoveAsync("1-0 2-0");
        Assert.Equal("1-0 a x1, 2-0 a x1", await PendingAsync());
        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Equal((0, Id("2-0"), Id("2-0"), 2), (info.Length, info.LastGeneratedId, info.MaxDeletedEntryId, info.EntriesAdded));
    }

    [Fact]
    public async Task A_stream_that_entries_go_to_is_made_and_gives_ids_by_the_clock()
    {
        await AppendAsync("1-0");
        var moved = Id(await MoveAsync("1-0"));
        Assert.True(await AppendAsync("*", Other) > moved);
        Assert.True(moved.Milliseconds > 1);
        Assert.Equal(2, (await Engine.GetStreamInfoAsync(Other)).EntriesAdded);
    }

    [Fact]
    public async Task Within_one_stream_an_entry_goes_to_the_end()
    {
        await AppendAsync($"1-0 2-0 {Ahead}");
        Assert.Equal("99999999999999-6", await MoveAsync("1-0", Stream));
        Assert.Equal("2-0 99999999999999-5 99999999999999-6", await RangeAsync());
    }

    [Fact]
    public async Task A_moved_entry_wakes_who_waits_for_it()
    {
        await AppendAsync("1-0");
        await CreateGroupAsync("$", Other);
        var (plain, group) = (await BlockAsync(ReadFrom("$", Other)), await BlockAsync(ReadFor("x", ">", Other)));
        var moved = await MoveAsync("1-0");
        Assert.Equal(moved, await plain.ServedAsync());
        Assert.Equal(moved, await group.ServedAsync());
        Assert.Equal($"{moved} x x1", await PendingAsync(stream: Other));
    }

    [Fact]
    public async Task A_stream_of_another_slot_is_refused_and_nothing_is_moved()
    {
        await AppendAsync("1-0");
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(() => MoveAsync("1-0", $"{{{Guid.NewGuid():N}}}t"));
        Assert.Equal(StreamErrorCode.InvalidArgument, thrown.Code);
        Assert.Contains("must be of the same hash slot", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("1-0", await RangeAsync());
    }

    [Fact]
    public async Task Where_one_entry_cannot_be_appended_none_is_moved()
    {
        await AppendAsync("1-0 2-0");
        MoveEntry[] entries = [new(Id("1-0"), Fields()), new(Id("9-9"), default)];
        await FailsAsync(EngineError.NoFields, () => Engine.MoveAsync(new() { Source = Stream, Destination = Other, Entries = entries }, new StreamEntryId?[2]));
        await AppendAsync("18446744073709551615-18446744073709551614", Other);
        await FailsAsync(EngineError.IdsExhausted, () => MoveAsync("1-0 2-0"));
        Assert.Equal("1-0 2-0", await RangeAsync());
        Assert.Equal(1, await Engine.GetLengthAsync(Other));
        Assert.Equal("- 18446744073709551615-18446744073709551615", await MoveAsync("9-9 2-0"));
        await FailsAsync(EngineError.IdsExhausted, () => MoveAsync("1-0"));
        Assert.Equal("-", await MoveAsync("9-9"));
        Assert.Equal("1-0", await RangeAsync());
    }

    // The new ids, or '-' for what was not moved.
    private async Task<string> MoveAsync(string ids, StreamName? destination = null)
    {
        MoveEntry[] entries = ids.Length == 0 ? [] : [.. ids.Split(' ').Select(id => new MoveEntry(Id(id), EntryFields.Of(("was", id), ("x", "y"))))];
        var newIds = new StreamEntryId?[entries.Length];
        // Every one is written.
        Array.Fill(newIds, Id("7-7"));
        await Engine.MoveAsync(new() { Source = Stream, Destination = destination ?? Other, Entries = entries }, newIds);
        return string.Join(' ', newIds.Select(id => id is null ? "-" : $"{id}"));
    }

    private async Task<string> FieldsAsync(StreamName stream) => (await Engine.RangeAsync(stream, RangeBound.Min, RangeBound.Max)).ToFieldText();
}
