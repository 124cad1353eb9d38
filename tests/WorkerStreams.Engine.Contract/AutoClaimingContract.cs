using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XAUTOCLAIM.</summary>
public abstract class AutoClaimingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task Idle_entries_change_owner_count_one_more_and_are_idle_no_more()
    {
        await DeliverAsync(3);
        await Fixture.ElapseAsync(2 * Moment);
        await ReadGroupAsync(ReadFor("a", "2-0"));
        using (var result = await Engine.AutoClaimAsync(Claim("b") with { MinIdle = 2 * Moment }))
        {
            if (Traits.TellsDeliveries)
            {
                Assert.Equal(2, result.Entries.Entries[0].DeliveryCount);
                AssertSpan(2 * Moment, result.Entries.Entries[0].Idle);
            }
            Assert.Equal((StreamEntryId.MinValue, "1-0[f 1-0] 2-0[f 2-0]"), (result.NextStart, result.Entries.ToFieldText()));
        }
        Assert.Equal("1-0 b x2, 2-0 b x2, 3-0 a x2", await PendingAsync());
        AssertSpan(TimeSpan.Zero, (await PendingEntriesAsync())[0].Idle);
    }

    [Fact]
    public async Task The_scan_goes_on_from_the_next_start()
    {
        await DeliverAsync(5);
        Assert.Equal("1-0 2-0 next 3-0", await AutoClaimAsync(Claim("b") with { Count = 2 }));
        Assert.Equal("3-0 4-0 next 5-0", await AutoClaimAsync(Claim("b", "3-0") with { Count = 2 }));
        Assert.Equal("5-0 next 0-0", await AutoClaimAsync(Claim("b", "5-0") with { Count = 2 }));
        Assert.Equal("next 0-0", await AutoClaimAsync(Claim("b", "6-0") with { Count = 2 }));
    }

    [Theory]
    [InlineData("-", "1-0 2-0 3-0 next 0-0")]
    [InlineData("2", "2-0 3-0 next 0-0")]
    [InlineData("(2-0", "3-0 next 0-0")]
    [InlineData("+", "next 0-0")]
    public async Task The_scan_starts_at_a_bound(string start, string expected)
    {
        await DeliverAsync(3);
        Assert.Equal(expected, await AutoClaimAsync(Claim("b", start)));
    }

    [Fact]
    public async Task The_scan_cannot_start_after_the_greatest_id()
    {
        await CreateGroupAsync();
        await FailsAsync(EngineError.InvalidStart, () => AutoClaimAsync(Claim("b", "(18446744073709551615-18446744073709551615")));
    }

    [Fact]
    public async Task A_hundred_entries_are_claimed_unless_told_otherwise()
    {
        await DeliverAsync(103);
        Assert.Equal(IdRun(1, 100) + " next 101-0", await AutoClaimAsync(Claim("b")));
    }

    [Fact]
    public async Task At_most_ten_times_the_count_are_looked_at()
    {
        await DeliverAsync(25);
        await Fixture.ElapseAsync(2 * Moment);
        await ReadGroupAsync(ReadFor("a", "0") with { Count = 22 });
        var request = Claim("b") with { MinIdle = 2 * Moment, Count = 1 };
        Assert.Equal("next 11-0", await AutoClaimAsync(request));
        Assert.Equal("next 21-0", await AutoClaimAsync(request with { Start = Id("11-0") }));
        Assert.Equal("23-0 next 24-0", await AutoClaimAsync(request with { Start = Id("21-0") }));
    }

    [Fact]
    public async Task Entries_gone_from_the_stream_are_told_are_pending_no_more_and_use_up_the_count()
    {
        await DeliverAsync(4);
        await Engine.DeleteAsync(Stream, Ids("1-0 3-0"));
        Assert.Equal("2-0 deleted 1-0 next 3-0", await AutoClaimAsync(Claim("b") with { Count = 2 }));
        Assert.Equal("2-0 b x2, 3-0 a x1, 4-0 a x1", await PendingAsync());
        Assert.Equal("4-0 deleted 3-0 next 0-0", await AutoClaimAsync(Claim("b", "3-0") with { Count = 2 }));
        Assert.Equal("2-0 b x2, 4-0 b x2", await PendingAsync());
    }

    [Fact]
    public async Task Entries_gone_from_the_stream_leave_the_pending_ones_however_short_they_were_idle()
    {
        await DeliverAsync(3);
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal("deleted 2-0 next 0-0", await AutoClaimAsync(Claim("b") with { MinIdle = 100 * Moment }));
        Assert.Equal("1-0 a x1, 3-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task Just_ids_have_no_fields_and_leave_the_counts()
    {
        await DeliverAsync(2);
        using (var result = await Engine.AutoClaimAsync(Claim("b") with { JustIds = true }))
            Assert.Equal("1-0[missing] 2-0[missing]", result.Entries.ToFieldText());
        Assert.Equal("1-0 b x1, 2-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task A_negative_minimum_counts_as_0()
    {
        await DeliverAsync(1);
        Assert.Equal("1-0 next 0-0", await AutoClaimAsync(Claim("b") with { MinIdle = -Moment }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task The_count_must_be_positive(int count)
    {
        await CreateGroupAsync();
        await FailsAsync(EngineError.CountNotPositive, () => AutoClaimAsync(Claim("b") with { Count = count }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_group_must_exist(bool exists)
    {
        if (exists)
            await AppendAsync("1-0");
        await FailsAsync(EngineError.NoGroup(Stream, Group), () => AutoClaimAsync(Claim("b")));
    }

    [Fact]
    public async Task The_consumer_appears_also_when_nothing_is_claimed()
    {
        await DeliverAsync(1);
        Assert.Equal("next 0-0", await AutoClaimAsync(Claim("b") with { MinIdle = 100 * Moment }));
        Assert.Equal(Traits.TracksEveryMention ? "a b" : "a", await ConsumersAsync());
    }

    private AutoClaimRequest Claim(StreamName consumer, string start = "-") =>
        new() { Stream = Stream, Group = Group, Consumer = consumer, MinIdle = TimeSpan.Zero, Start = RangeBound.ParseStart(start) };

    // Such as "1-0 2-0 deleted 3-0 next 4-0".
    private async Task<string> AutoClaimAsync(AutoClaimRequest request)
    {
        using var result = await Engine.AutoClaimAsync(request);
        var deleted = result.DeletedIds.Count > 0 ? $"deleted {result.DeletedIds.ToText()} " : "";
        return $"{result.Entries.ToText()} {deleted}next {result.NextStart}".TrimStart();
    }

    // All of them for a.
    private async Task DeliverAsync(int count)
    {
        await CreateGroupAsync();
        await AppendAsync(IdRun(1, count));
        await DeliverAsync("a");
    }
}
