using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XCLAIM.</summary>
public abstract class ClaimingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task Claimed_entries_change_owner_count_one_more_and_are_idle_no_more()
    {
        await DeliverAsync();
        await Fixture.ElapseAsync(Moment);
        using (var batch = await Engine.ClaimAsync(Claim("b", "1-0 3-0")))
        {
            Assert.Equal("1-0", batch.Entries[0].Id.ToString());
            if (Traits.TellsDeliveries)
            {
                Assert.Equal((2, 2), (batch.Entries[0].DeliveryCount, batch.Entries[1].DeliveryCount));
                AssertSpan(Moment, batch.Entries[0].Idle);
            }
            Assert.Equal("1-0[f 1-0] 3-0[f 3-0]", batch.ToFieldText());
        }
        Assert.Equal("1-0 b x2, 2-0 a x1, 3-0 b x2", await PendingAsync());
        var pending = await PendingEntriesAsync();
        AssertSpan(TimeSpan.Zero, pending[0].Idle);
        AssertSpan(Moment, pending[1].Idle);
        Assert.Equal("1-0 3-0", await ReadGroupAsync(ReadFor("b", "0")));
    }

    [Fact]
    public async Task Entries_are_claimed_in_the_order_asked_for()
    {
        await DeliverAsync();
        Assert.Equal("3-0 1-0", await ClaimAsync(Claim("b", "3-0 1-0")));
    }

    [Fact]
    public async Task Entries_idle_for_less_are_left_alone()
    {
        await DeliverAsync();
        await Fixture.ElapseAsync(2 * Moment);
        await ReadGroupAsync(ReadFor("a", "2-0"));
        Assert.Equal("1-0 2-0", await ClaimAsync(Claim("b", "1-0 2-0 3-0") with { MinIdle = 2 * Moment }));
        Assert.Equal("1-0 b x2, 2-0 b x2, 3-0 a x2", await PendingAsync());
    }

    [Fact]
    public async Task A_negative_minimum_counts_as_0()
    {
        await DeliverAsync();
        Assert.Equal("1-0", await ClaimAsync(Claim("b", "1-0") with { MinIdle = -Moment }));
    }

    [Fact]
    public async Task Who_owns_an_entry_may_claim_it_again()
    {
        await DeliverAsync();
        Assert.Equal("1-0", await ClaimAsync(Claim("a", "1-0")));
        Assert.Equal("1-0 a x2, 2-0 a x1, 3-0 a x1", await PendingAsync());
        Assert.Equal(3, (await ConsumerInfoAsync("a")).Pending);
    }

    [Fact]
    public async Task Entries_that_are_not_pending_are_skipped()
    {
        await DeliverAsync();
        await AppendAsync("4-0");
        Assert.Equal("1-0", await ClaimAsync(Claim("b", "4-0 1-0 9-9")));
    }

    [Fact]
    public async Task Entries_gone_from_the_stream_are_skipped_and_not_pending_any_more()
    {
        await DeliverAsync();
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal("1-0", await ClaimAsync(Claim("b", "1-0 2-0")));
        Assert.Equal("1-0 b x2, 3-0 a x1", await PendingAsync());
        Assert.Equal("", await ClaimAsync(Claim("b", "2-0") with { Force = true }));
        Assert.Equal("1-0 b x2, 3-0 a x1", await PendingAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_entry_gone_from_the_stream_leaves_the_pending_ones_however_short_it_was_idle(bool justIds)
    {
        await DeliverAsync();
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal("", await ClaimAsync(Claim("b", "1-0 2-0") with { MinIdle = 100 * Moment, JustIds = justIds }));
        Assert.Equal("1-0 a x1, 3-0 a x1", await PendingAsync());
    }

    [Theory]
    [InlineData(false, "4-0 b x2")]
    [InlineData(true, "4-0 b x1")]
    public async Task Force_makes_entries_pending_whatever_the_minimum_idle_time(bool justIds, string expected)
    {
        await CreateGroupAsync();
        await AppendAsync("4-0");
        Assert.Equal(
            "4-0", await ClaimAsync(Claim("b", "4-0 5-0") with { Force = true, JustIds = justIds, MinIdle = 100 * Moment }));
        Assert.Equal(expected, await PendingAsync());
        Assert.Equal("g last 0-0 read - lag 1", await GroupTextAsync());
    }

    [Fact]
    public async Task Just_ids_have_no_fields_and_leave_the_counts()
    {
        await DeliverAsync();
        Assert.Equal("1-0[missing] 2-0[missing]", (await Engine.ClaimAsync(Claim("b", "1-0 2-0") with { JustIds = true })).ToFieldText());
        Assert.Equal("1-0 b x1, 2-0 b x1, 3-0 a x1", await PendingAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_delivery_count_can_be_set(bool justIds)
    {
        await DeliverAsync();
        await ClaimAsync(Claim("b", "1-0") with { DeliveryCount = 7, JustIds = justIds });
        await ClaimAsync(Claim("b", "2-0") with { DeliveryCount = 0, JustIds = justIds });
        Assert.Equal("1-0 b x7, 2-0 b x0, 3-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task A_negative_delivery_count_is_refused()
    {
        await DeliverAsync();
        await FailsAsync(EngineError.DeliveryCountNegative, () => ClaimAsync(Claim("b", "1-0") with { DeliveryCount = -1 }));
        Assert.Equal("1-0 a x1, 2-0 a x1, 3-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task A_time_of_delivery_before_1970_counts_as_now()
    {
        await DeliverAsync();
        await ClaimAsync(Claim("b", "1-0") with { DeliveredAt = DateTimeOffset.UnixEpoch - TimeSpan.FromDays(1) });
        await ClaimAsync(Claim("b", "2-0") with { Idle = TimeSpan.FromDays(365 * 1_000) });
        foreach (var pending in (await PendingEntriesAsync()).Take(2))
            AssertSpan(TimeSpan.Zero, pending.Idle);
    }

    [Fact]
    public async Task An_idle_time_and_a_time_of_delivery_exclude_each_other()
    {
        await DeliverAsync();
        await FailsAsync(
            EngineError.IdleWithTime, () => ClaimAsync(Claim("b", "1-0") with { Idle = TimeSpan.Zero, DeliveredAt = DateTimeOffset.UnixEpoch }));
        Assert.Equal("1-0 a x1, 2-0 a x1, 3-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task The_idle_time_can_be_set()
    {
        await DeliverAsync();
        await ClaimAsync(Claim("b", "1-0") with { Idle = TimeSpan.FromHours(1) });
        await ClaimAsync(Claim("b", "2-0") with { Idle = TimeSpan.FromHours(-1) });
        var pending = await PendingEntriesAsync();
        AssertSpan(TimeSpan.FromHours(1), pending[0].Idle);
        AssertSpan(TimeSpan.Zero, pending[1].Idle);
    }

    [Fact]
    public async Task The_time_of_delivery_can_be_set_but_not_to_the_future()
    {
        await DeliverAsync();
        var clock = DateTimeOffset.FromUnixTimeMilliseconds((long)(await AppendAsync("*", Other)).Milliseconds);
        await ClaimAsync(Claim("b", "1-0") with { DeliveredAt = clock - TimeSpan.FromHours(1) });
        await ClaimAsync(Claim("b", "2-0") with { DeliveredAt = clock + TimeSpan.FromHours(1) });
        var pending = await PendingEntriesAsync();
        AssertSpan(TimeSpan.FromHours(1), pending[0].Idle);
        AssertSpan(TimeSpan.Zero, pending[1].Idle);
    }

    [Fact]
    public async Task The_last_delivered_id_can_be_raised_but_not_lowered()
    {
        await DeliverAsync();
        await AppendAsync("4-0 5-0");
        await ClaimAsync(Claim("b", "1-0") with { LastId = Id("2-0") });
        Assert.Equal(Id("3-0"), (await GroupInfoAsync()).LastDeliveredId);
        await ClaimAsync(Claim("b", "9-9") with { LastId = Id("4-0") });
        Assert.Equal(Id("4-0"), (await GroupInfoAsync()).LastDeliveredId);
        Assert.Equal("5-0", await DeliverAsync("a", null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_group_must_exist(bool exists)
    {
        if (exists)
            await AppendAsync("1-0");
        await FailsAsync(EngineError.NoGroup(Stream, Group), () => Engine.ClaimAsync(Claim("a", "1-0")));
    }

    [Fact]
    public async Task The_consumer_appears_also_when_nothing_is_claimed()
    {
        await DeliverAsync();
        Assert.Equal("", await ClaimAsync(Claim("b", "9-9")));
        Assert.Equal(Traits.TracksEveryMention ? "a b" : "a", await ConsumersAsync());
    }

    protected ClaimRequest Claim(StreamName consumer, string ids) => new() { Stream = Stream, Group = Group, Consumer = consumer, Ids = Ids(ids) };

    private async Task<string> ClaimAsync(ClaimRequest request) => (await Engine.ClaimAsync(request)).ToText();

    // 1-0 to 3-0 for a.
    private async Task DeliverAsync()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a");
    }
}
