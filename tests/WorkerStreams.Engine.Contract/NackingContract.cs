using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XNACK (8.8). Nothing is tested where the engine's server has none.</summary>
public abstract class NackingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task An_entry_becomes_nobodys_and_stays_pending()
    {
        if (!await BeginAsync("1-0 2-0 3-0"))
            return;
        await Fixture.ElapseAsync(Moment);
        Assert.Equal(2, await NackAsync("1-0 3-0"));
        var pending = await PendingEntriesAsync();
        Assert.Equal(["1-0  x1 -1", "2-0 a x1", "3-0  x1 -1"], pending.Select(static entry =>
            $"{entry.Id} {entry.Consumer} x{entry.DeliveryCount}{(entry.Consumer.IsEmpty ? $" {entry.Idle.TotalMilliseconds}" : "")}"));
        Assert.Equal("3 pending 1-0..3-0 a:1", (await Engine.GetPendingSummaryAsync(Stream, Group)).ToText());
        Assert.Equal((1, 3), ((await ConsumerInfoAsync("a")).Pending, (await GroupInfoAsync()).Pending));
        Assert.Equal("2-0", await ReadGroupAsync(ReadFor("a", "0")));
        Assert.Equal(2, (await Engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Count = 10, MinIdle = TimeSpan.FromDays(1) })).Count);
    }

    [Theory]
    [InlineData(NackMode.Silent, 1, 0)]
    [InlineData(NackMode.Silent, 3, 2)]
    [InlineData(NackMode.Fail, 3, 3)]
    [InlineData(NackMode.Fatal, 3, long.MaxValue)]
    public async Task The_mode_tells_what_becomes_of_the_count(NackMode mode, int before, long after)
    {
        if (!await BeginAsync("1-0"))
            return;
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Ids = Ids("1-0"), DeliveryCount = before });
        Assert.Equal(1, await NackAsync("1-0", mode));
        Assert.Equal(after, Assert.Single(await PendingEntriesAsync()).DeliveryCount);
    }

    [Fact]
    public async Task A_count_below_0_is_not_reached()
    {
        if (!await BeginAsync("1-0"))
            return;
        for (var i = 0; i < 3; i++)
            Assert.Equal(1, await NackAsync("1-0", NackMode.Silent));
        Assert.Equal("1-0  x0", await PendingAsync());
    }

    [Fact]
    public async Task The_greatest_count_stays_the_greatest()
    {
        if (!await BeginAsync("1-0"))
            return;
        await NackAsync("1-0", NackMode.Fatal);
        using (var claimed = await Engine.ReadGroupAsync(ReadFor("b") with { ClaimMinIdle = Moment }))
            Assert.Equal(long.MaxValue, Assert.Single(claimed.Entries.ToArray()).DeliveryCount);
        using (var claimed = await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "c", Ids = Ids("1-0") }))
            Assert.Equal(long.MaxValue, Assert.Single(claimed.Entries.ToArray()).DeliveryCount);
        await ReadGroupAsync(ReadFor("c", "0"));
        Assert.Equal(long.MaxValue, Assert.Single(await PendingEntriesAsync()).DeliveryCount);
    }

    [Theory]
    [InlineData(NackMode.Silent)]
    [InlineData(NackMode.Fatal)]
    public async Task A_count_given_is_taken(NackMode mode)
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        Assert.Equal(2, await Engine.NackAsync(Request("1-0 2-0", mode) with { DeliveryCount = 7 }));
        Assert.Equal("1-0  x7, 2-0  x7", await PendingAsync());
    }

    [Fact]
    public async Task A_negative_count_is_refused()
    {
        if (await BeginAsync("1-0"))
            await FailsAsync(EngineError.NackCountNegative, () => Engine.NackAsync(Request("1-0", NackMode.Fail) with { DeliveryCount = -1 }));
    }

    [Fact]
    public async Task What_is_not_pending_is_left_out()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await AppendAsync("3-0");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0"));
        Assert.Equal(0, await NackAsync("1-0 3-0 9-0"));
        Assert.Equal("2-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task What_is_in_the_stream_can_be_forced()
    {
        if (!await BeginAsync("1-0 2-0 3-0 4-0"))
            return;
        await AppendAsync("5-0");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 2-0 3-0 4-0"));
        Assert.Equal(2, await Engine.NackAsync(Request("5-0 9-0 1-0", NackMode.Fail) with { Force = true }));
        Assert.Equal(1, await Engine.NackAsync(Request("2-0", NackMode.Silent) with { Force = true }));
        Assert.Equal(1, await Engine.NackAsync(Request("3-0", NackMode.Fatal) with { Force = true }));
        Assert.Equal(1, await Engine.NackAsync(Request("4-0", NackMode.Fatal) with { Force = true, DeliveryCount = 4 }));
        Assert.Equal($"1-0  x0, 2-0  x0, 3-0  x{long.MaxValue}, 4-0  x4, 5-0  x0", await PendingAsync());
        Assert.Equal("1-0", await ClaimAsync("b", count: 1, skip: "5-0"));
    }

    [Fact]
    public async Task What_is_nobodys_can_be_handed_back_again()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Ids = Ids("1-0"), DeliveryCount = 5 });
        Assert.Equal(3, await NackAsync("1-0 2-0 1-0", NackMode.Silent));
        Assert.Equal("1-0  x3, 2-0  x0", await PendingAsync());
        Assert.Equal("2-0 1-0", await ClaimAsync("b"));
    }

    [Fact]
    public async Task Only_a_claim_delivers_it()
    {
        if (!await BeginAsync("1-0"))
            return;
        await NackAsync("1-0");
        await AppendAsync("2-0");
        Assert.Equal("2-0", await DeliverAsync("b"));
        Assert.Equal("", await DeliverAsync("b"));
        Assert.Equal("2-0", await ReadGroupAsync(ReadFor("b", "0")));
    }

    [Fact]
    public async Task A_read_claims_them_before_all_others_in_the_order_they_were_handed_back()
    {
        if (!await BeginAsync("1-0 2-0 3-0 4-0 5-0"))
            return;
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Ids = Ids("2-0"), DeliveredAt = DateTimeOffset.UnixEpoch });
        await NackAsync("5-0");
        await NackAsync("3-0 4-0");
        Assert.Equal("5-0 3-0", await ClaimAsync("b", count: 2));
        Assert.Equal("4-0 2-0", await ClaimAsync("b"));
        Assert.Equal("1-0 a x1, 2-0 b x3, 3-0 b x2, 4-0 b x2, 5-0 b x2", await PendingAsync());
    }

    [Fact]
    public async Task Claims_take_them_whatever_the_idle_time()
    {
        if (!await BeginAsync("1-0 2-0 3-0"))
            return;
        await NackAsync("1-0 2-0");
        var ever = TimeSpan.FromDays(1_000_000);
        using var claimed = await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("1-0 3-0"), MinIdle = ever });
        Assert.Equal("1-0", claimed.ToText());
        using var next = await Engine.AutoClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "c", MinIdle = ever });
        Assert.Equal("2-0", next.Entries.ToText());
        await NackAsync("1-0");
        Assert.Equal("1-0", await ReadGroupAsync(ReadFor("d") with { ClaimMinIdle = ever }));
        Assert.Equal("1-0 d x3, 2-0 c x2, 3-0 a x1", await PendingAsync());
        Assert.Equal(0, await Engine.AcknowledgeAsync(Stream, Group, Ids("4-0")));
    }

    [Fact]
    public async Task Who_waits_is_served_at_once()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        var (first, second) = (await BlockAsync(ReadFor("b") with { ClaimMinIdle = 10 * Moment, Count = 1 }), await BlockAsync(ReadFor("c") with { ClaimMinIdle = 10 * Moment }));
        var third = await BlockAsync(ReadFor("d"));
        await NackAsync("2-0 1-0");
        Assert.Equal(("2-0", "1-0"), (await first.ServedAsync(), await second.ServedAsync()));
        await third.WaitsAsync();
        await AppendAsync("3-0");
        Assert.Equal("3-0", await third.ServedAsync());
    }

    [Fact]
    public async Task They_can_be_acknowledged()
    {
        if (!await BeginAsync("1-0 2-0 3-0 4-0"))
            return;
        await NackAsync("1-0 2-0 4-0");
        Assert.Equal(2, await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 2-0")));
        Assert.Equal("3-0 a x1, 4-0  x1", await PendingAsync());
        Assert.Equal("4-0", await ClaimAsync("b"));
    }

    [Fact]
    public async Task The_end_of_a_consumer_leaves_them()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await NackAsync("1-0");
        Assert.Equal(1, await Engine.DeleteConsumerAsync(Stream, Group, "a"));
        Assert.Equal("1-0  x1", await PendingAsync());
    }

    [Fact]
    public async Task Nobody_can_settle_them()
    {
        if (!await BeginAsync("1-0"))
            return;
        await NackAsync("1-0");
        foreach (var owner in (StreamName[])["a", "z", ""])
        {
            var outcomes = new SettlementOutcome[1];
            await Engine.SettleAsync(new() { Stream = Stream, Group = Group, Owner = owner, Settlements = new[] { Settlement.Acknowledge(Id("1-0")) } }, outcomes);
            Assert.Equal(SettlementOutcome.NotOwner, outcomes[0]);
            (await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("1-0"), ExpectedOwner = owner })).Dispose();
        }
        Assert.Equal("1-0  x1", await PendingAsync());
    }

    [Fact]
    public async Task What_is_gone_is_handed_back_all_the_same()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        Assert.Equal(2, await NackAsync("1-0 2-0"));
        Assert.Equal("2-0", await ClaimAsync("b"));
        using var swept = await Engine.AutoClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "c", MinIdle = Moment });
        Assert.Equal("1-0", swept.DeletedIds.ToText());
        Assert.Equal("2-0 b x2", await PendingAsync());
    }

    [Fact]
    public async Task A_group_that_was_set_back_delivers_them()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await NackAsync("1-0 2-0");
        await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning);
        Assert.Equal("1-0", await DeliverAsync("b", count: 1));
        Assert.Equal("1-0 b x1, 2-0  x1", await PendingAsync());
        Assert.Equal(1, (await ConsumerInfoAsync("b")).Pending);
    }

    [Fact]
    public async Task The_group_must_exist()
    {
        if (!Traits.Nacks)
            return;
        await FailsAsync(EngineError.NoGroup(Stream, Group), () => Engine.NackAsync(Request("1-0", NackMode.Fail)));
        await AppendAsync("1-0");
        await FailsAsync(EngineError.NoGroup(Stream, Group), () => Engine.NackAsync(Request("1-0", NackMode.Fail)));
    }

    // Whether the engine can do it; then the entries are pending for a.
    private async Task<bool> BeginAsync(string ids)
    {
        if (!Traits.Nacks)
            return false;
        await CreateGroupAsync();
        await AppendAsync(ids);
        await DeliverAsync("a");
        return true;
    }

    private NackRequest Request(string ids, NackMode mode) => new() { Stream = Stream, Group = Group, Ids = Ids(ids), Mode = mode };

    private ValueTask<long> NackAsync(string ids, NackMode mode = NackMode.Fail) => Engine.NackAsync(Request(ids, mode));

    // What is nobody's, and what was delivered a day ago.
    private async Task<string> ClaimAsync(StreamName consumer, int? count = null, string? skip = null)
    {
        if (skip is not null)
            Assert.Equal(skip, await ClaimAsync(consumer, count));
        return await ReadGroupAsync(ReadFor(consumer) with { ClaimMinIdle = TimeSpan.FromDays(1), Count = count });
    }
}
