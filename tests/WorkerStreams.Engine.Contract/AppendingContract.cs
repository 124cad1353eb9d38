using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XADD, one entry at a time: ids, refusals, fields, and trimming on the way.</summary>
public abstract class AppendingContract(EngineFixture fixture) : EngineContract(fixture)
{
    private const string LastId = "18446744073709551615-18446744073709551615";

    [Fact]
    public async Task An_auto_id_is_the_clock_in_milliseconds_and_sequence_0()
    {
        var first = await AppendAsync("*");
        await Fixture.ElapseAsync(Moment);
        var second = await AppendAsync("*");

        Assert.Equal(0UL, second.Sequence);
        AssertSpan(Moment, TimeSpan.FromMilliseconds(second.Milliseconds - first.Milliseconds));
        if (Fixture.Now is { } now)
            Assert.Equal((ulong)now.ToUnixTimeMilliseconds(), second.Milliseconds);
    }

    [Fact]
    public async Task Auto_ids_of_one_millisecond_count_up_from_sequence_0()
    {
        var last = await AppendAsync("*");
        for (var i = 0; i < 50; i++)
        {
            var next = await AppendAsync("*");
            Assert.Equal(next.Milliseconds == last.Milliseconds ? last.Sequence + 1 : 0, next.Sequence);
            last = next;
        }
    }

    [Fact]
    public async Task An_auto_id_keeps_the_last_milliseconds_while_the_clock_is_behind()
    {
        await AppendAsync("99999999999999-7 * *");
        Assert.Equal("99999999999999-7 99999999999999-8 99999999999999-9", await RangeAsync());
    }

    [Fact]
    public async Task An_auto_id_goes_on_to_the_next_millisecond_when_the_sequence_is_used_up() =>
        Assert.Equal(Id("100000000000000-0"), await AppendAsync("99999999999999-18446744073709551615 *"));

    [Theory]
    [InlineData("*")]
    [InlineData("18446744073709551615-*")]
    public async Task The_greatest_id_can_be_made_by_the_engine(string asked) =>
        Assert.Equal(Id(LastId), await AppendAsync($"18446744073709551615-18446744073709551614 {asked}"));

    [Theory]
    [InlineData("5-3", "6-*", "6-0")]
    [InlineData("5-3", "5-*", "5-4")]
    [InlineData("0-1", "0-*", "0-2")]
    public async Task Given_milliseconds_take_the_next_free_sequence(string last, string asked, string given) =>
        Assert.Equal(Id(given), await AppendAsync($"{last} {asked}"));

    [Fact]
    public async Task Given_milliseconds_of_0_begin_an_empty_stream_at_0_1() => Assert.Equal(Id("0-1"), await AppendAsync("0-*"));

    [Fact]
    public async Task Given_milliseconds_before_the_last_are_refused()
    {
        await AppendAsync("5-3");
        await FailsAsync(EngineError.IdTooSmall, () => AppendAsync("4-*"));
    }

    [Fact]
    public async Task Given_milliseconds_that_are_used_up_are_refused()
    {
        await AppendAsync("5-18446744073709551615");
        await FailsAsync(Traits.TellsUsedUpMillisecond ? EngineError.IdTooSmall : EngineError.TooLarge, () => AppendAsync("5-*"));
    }

    [Fact]
    public async Task An_explicit_id_is_taken_as_it_is()
    {
        Assert.Equal(Id("5-0"), await AppendAsync("5"));
        Assert.Equal(Id(LastId), await AppendAsync(LastId));
        Assert.Equal("5-0 " + LastId, await RangeAsync());
    }

    [Theory]
    [InlineData("5-3")]
    [InlineData("5-2")]
    [InlineData("4-9")]
    [InlineData("0-1")]
    public async Task An_explicit_id_must_be_greater_than_the_last_one(string asked)
    {
        await AppendAsync("5-3");
        await FailsAsync(EngineError.IdTooSmall, () => AppendAsync(asked));
        Assert.Equal("5-3", await RangeAsync());
    }

    [Fact]
    public async Task The_last_id_counts_also_when_its_entry_is_deleted_or_trimmed()
    {
        await AppendAsync("1-0 5-3");
        await Engine.DeleteAsync(Stream, Ids("5-3"));
        await FailsAsync(EngineError.IdTooSmall, () => AppendAsync("5-3"));

        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        await FailsAsync(EngineError.IdTooSmall, () => AppendAsync("4-0"));
        Assert.Equal(Id("5-4"), await AppendAsync("5-*"));
    }

    [Theory]
    [InlineData("0-0")]
    [InlineData("0")]
    public async Task The_id_0_0_is_refused_before_the_stream_is_made(string asked)
    {
        await FailsAsync(EngineError.IdIsZero, () => AppendAsync(asked));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task The_id_0_0_is_refused_also_where_no_stream_may_be_made() =>
        await FailsAsync(EngineError.IdIsZero, () => AppendAsync("0-0", new AppendOptions { CreateStream = false }));

    [Theory]
    [InlineData("*")]
    [InlineData("7-*")]
    [InlineData("7-1")]
    [InlineData(LastId)]
    public async Task After_the_greatest_id_nothing_can_be_appended(string asked)
    {
        await AppendAsync(LastId);
        await FailsAsync(EngineError.IdsExhausted, () => AppendAsync(asked));
        await FailsAsync(EngineError.IdIsZero, () => AppendAsync("0-0"));
    }

    [Fact]
    public async Task A_refused_append_changes_nothing()
    {
        await AppendAsync("5-3");
        await FailsAsync(EngineError.IdTooSmall, () => AppendAsync("5-3", new AppendOptions { Trim = StreamTrim.MaxLength(0) }));

        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Equal((1, 1, Id("5-3")), (info.Length, info.EntriesAdded, info.LastGeneratedId));
    }

    [Fact]
    public async Task Without_leave_to_make_a_stream_nothing_is_appended_where_there_is_none()
    {
        Assert.Null(await AppendAsync("*", new AppendOptions { CreateStream = false }));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task Without_leave_to_make_a_stream_it_is_appended_where_there_is_one_even_if_empty()
    {
        await CreateGroupAsync();
        Assert.Equal(Id("1-0"), await AppendAsync("1-0", new AppendOptions { CreateStream = false }));
        Assert.Equal("1-0", await RangeAsync());
    }

    [Fact]
    public async Task An_append_can_trim_by_length()
    {
        await AppendAsync("1-0 2-0 3-0");
        await AppendAsync("4-0", new AppendOptions { Trim = StreamTrim.MaxLength(2) });
        Assert.Equal("3-0 4-0", await RangeAsync());
    }

    [Fact]
    public async Task An_append_can_trim_by_id_even_what_it_appends()
    {
        await AppendAsync("1-0 2-0 3-0");
        await AppendAsync("4-0", new AppendOptions { Trim = StreamTrim.MinId(Id("3-0")) });
        Assert.Equal("3-0 4-0", await RangeAsync());
        Assert.Equal(Id("5-0"), await AppendAsync("5-0", new AppendOptions { Trim = StreamTrim.MinId(Id("9-0")) }));
        Assert.Equal("", await RangeAsync());
    }

    [Fact]
    public async Task An_append_that_trims_to_length_0_tells_the_id_and_leaves_an_empty_stream()
    {
        Assert.Equal(Id("4-0"), await AppendAsync("4-0", new AppendOptions { Trim = StreamTrim.MaxLength(0) }));
        var info = await Engine.GetStreamInfoAsync(Stream);
        Assert.Equal((0, 1, Id("4-0")), (info.Length, info.EntriesAdded, info.LastGeneratedId));
    }

    [Fact]
    public async Task An_append_can_trim_whole_nodes()
    {
        var node = Traits.NodeMaxEntries;
        await AppendAsync(IdRun(1, 3 * node));
        await AppendAsync("9999-0", new AppendOptions { Trim = StreamTrim.MaxLength(2 * node, approximate: true) });
        Assert.Equal((2 * node) + 1, await Engine.GetLengthAsync(Stream));
    }

    [Fact]
    public async Task An_entry_without_fields_is_refused()
    {
        await FailsAsync(EngineError.NoFields, () => Engine.AppendAsync(Stream, new AppendEntry(default, Id("1-0"))));
        Assert.Equal(0, await Engine.GetLengthAsync(Stream));
    }

    [Fact]
    public async Task That_an_entry_has_no_fields_is_told_before_anything_else()
    {
        await FailsAsync(EngineError.NoFields, () => Engine.AppendAsync(Stream, new AppendEntry(default, Id("0-0"))));
        await FailsAsync(EngineError.NoFields, () => Engine.AppendAsync(Stream, new AppendEntry(default), new AppendOptions { CreateStream = false }));
        await AppendAsync(LastId);
        await FailsAsync(EngineError.NoFields, () => Engine.AppendAsync(Stream, new AppendEntry(default)));
    }

    [Fact]
    public async Task An_entry_too_large_to_be_stored_is_refused()
    {
        if (Traits.MaxEntryBytes is not { } most)
            return;
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(
            async () => await Engine.AppendAsync(Stream, new AppendEntry(Fields(new string('x', most)), Id("1-0"))));
        Assert.Equal(EngineError.TooLarge.Code, thrown.Code);
        Assert.StartsWith(EngineError.TooLarge.Text, thrown.Message, StringComparison.Ordinal);
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task The_fields_are_copied_before_the_call_returns()
    {
        var writer = new EntryFieldsWriter();
        writer.Add("f"u8, "first"u8);
        await Engine.AppendAsync(Stream, new AppendEntry(writer.Written, Id("1-0")));
        writer.Reset();
        writer.Add("g"u8, "other"u8);
        await Engine.AppendAsync(Stream, new AppendEntry(writer.Written, Id("2-0")));

        Assert.Equal("1-0[f first] 2-0[g other]", (await Engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max)).ToFieldText());
    }
}
