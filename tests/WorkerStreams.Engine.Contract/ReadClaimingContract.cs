using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XREADGROUP CLAIM (8.4). Nothing is tested where the engine's server has none.</summary>
public abstract class ReadClaimingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task What_is_idle_long_enough_comes_before_what_is_new()
    {
        if (!await BeginAsync("1-0 2-0 3-0"))
            return;
        await DeliverAsync("a", count: 2);
        await Fixture.ElapseAsync(Moment);
        await AppendAsync("4-0");
        Assert.Equal("1-0 2-0 3-0 4-0", await ClaimAsync("b"));
        Assert.Equal("1-0 b x2, 2-0 b x2, 3-0 b x1, 4-0 b x1", await PendingAsync());
        Assert.Equal("g last 4-0 read 4 lag 0", await GroupTextAsync());
    }

    [Fact]
    public async Task What_was_delivered_first_comes_first_whatever_its_id()
    {
        if (!await BeginAsync("1-0 2-0 3-0"))
            return;
        await DeliverAsync("a");
        await Fixture.ElapseAsync(Moment);
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("1-0") });
        await Fixture.ElapseAsync(Moment);
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "c", Ids = Ids("3-0") });
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("2-0 1-0", await ClaimAsync("d", count: 2));
        Assert.Equal("3-0", await ClaimAsync("d", count: 2));
    }

    [Fact]
    public async Task What_is_not_idle_for_long_enough_stays_where_it_is()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await DeliverAsync("a", count: 1);
        await Fixture.ElapseAsync(Moment);
        await DeliverAsync("a", count: 1);
        Assert.Equal("1-0", await ClaimAsync("b"));
        Assert.Equal("1-0 b x2, 2-0 a x1", await PendingAsync());
        Assert.Equal("", await ClaimAsync("b"));
    }

    [Fact]
    public async Task A_consumer_claims_its_own_too_and_with_no_time_everything()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await DeliverAsync("a");
        Assert.Equal("1-0 2-0", await ReadGroupAsync(ReadFor("a") with { ClaimMinIdle = TimeSpan.Zero }));
        Assert.Equal("1-0 a x2, 2-0 a x2", await PendingAsync());
    }

    [Fact]
    public async Task A_count_limits_both_together()
    {
        if (!await BeginAsync("1-0 2-0 3-0 4-0"))
            return;
        await DeliverAsync("a", count: 2);
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("1-0", await ClaimAsync("b", count: 1));
        Assert.Equal("2-0 3-0", await ClaimAsync("b", count: 2));
        Assert.Equal("4-0", await ClaimAsync("b", count: 2));
    }

    [Fact]
    public async Task Each_tells_how_long_it_was_idle_and_how_often_it_was_delivered()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await DeliverAsync("a", count: 1);
        await Fixture.ElapseAsync(Moment);
        using var batch = await Engine.ReadGroupAsync(ReadFor("b") with { ClaimMinIdle = Moment });
        AssertSpan(Moment, batch.Entries[0].Idle);
        Assert.Equal((2, 1, TimeSpan.Zero), (batch.Entries[0].DeliveryCount, batch.Entries[1].DeliveryCount, batch.Entries[1].Idle));
        Assert.Equal("f 1-0", $"{batch.Entries[0].Fields}");
    }

    [Fact]
    public async Task What_is_gone_is_passed_over_and_stays_pending()
    {
        if (!await BeginAsync("1-0 2-0 3-0"))
            return;
        await DeliverAsync("a");
        await Engine.DeleteAsync(Stream, Ids("1-0"));
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("2-0", await ClaimAsync("b", count: 1));
        Assert.Equal("1-0 a x1, 2-0 b x2, 3-0 a x1", await PendingAsync());
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0 3-0"));
        Assert.Equal("2-0 b x2", await PendingAsync());
    }

    [Fact]
    public async Task What_is_acknowledged_dropped_or_renewed_is_not_claimed()
    {
        if (!await BeginAsync("1-0 2-0 3-0 4-0 5-0"))
            return;
        await DeliverAsync("a", count: 3);
        await DeliverAsync("z");
        // From now on entries are claimed by their age.
        Assert.Equal("", await ReadGroupAsync(ReadFor("b") with { ClaimMinIdle = TimeSpan.FromDays(1) }));
        await Fixture.ElapseAsync(Moment);
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0"));
        await SettleAsync(Settlement.Renew(Id("2-0")));
        await Engine.DeleteConsumerAsync(Stream, Group, "z");
        Assert.Equal("3-0", await ClaimAsync("b"));
    }

    [Fact]
    public async Task What_is_released_is_claimed_first_of_all()
    {
        if (!await BeginAsync("1-0 2-0 3-0"))
            return;
        await DeliverAsync("a");
        Assert.Equal("", await ClaimAsync("b"));
        await SettleAsync(Settlement.ReleaseUnstarted(Id("2-0")));
        await SettleAsync(Settlement.Release(Id("3-0")));
        Assert.Equal("2-0 3-0", await ClaimAsync("b"));
        Assert.Equal("1-0 a x1, 2-0 b x1, 3-0 b x2", await PendingAsync());
    }

    [Fact]
    public async Task What_is_claimed_becomes_pending_also_where_nothing_else_does()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await DeliverAsync("a", count: 1);
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("1-0 2-0", await ReadGroupAsync(ReadFor("b") with { ClaimMinIdle = Moment, NoAcknowledge = true }));
        Assert.Equal("1-0 b x2", await PendingAsync());
        Assert.Equal(1, (await ConsumerInfoAsync("b")).Pending);
    }

    [Fact]
    public async Task A_history_read_claims_nothing()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await DeliverAsync("a", count: 1);
        await DeliverAsync("b", count: 1);
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("2-0", await ReadGroupAsync(ReadFor("b", "0") with { ClaimMinIdle = Moment }));
        Assert.Equal("1-0 a x1, 2-0 b x2", await PendingAsync());
    }

    [Theory]
    [InlineData("0", ">", "2-0 | 8-0", "1-0 a x1, 2-0 b x2", "7-0 a x1, 8-0 b x1")]
    [InlineData(">", "0", "1-0 2-0 3-0 | ", "1-0 b x2, 2-0 b x2, 3-0 b x1", "7-0 a x1")]
    public async Task Nothing_is_claimed_from_streams_named_after_one_whose_history_is_read(string first, string second, string read, string pending, string otherPending)
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await CreateGroupAsync(stream: Other);
        await AppendAsync("7-0", Other);
        await ReadGroupAsync(ReadFor("a", ">", Stream, Other) with { Count = 1 });
        await DeliverAsync("b");
        await AppendAsync("3-0");
        await AppendAsync("8-0", Other);
        await Fixture.ElapseAsync(Moment);
        StreamPosition[] streams = [new(Stream, ReadPosition.Parse(first)), new(Other, ReadPosition.Parse(second))];
        Assert.Equal(read, await ReadGroupAsync(ReadFor("b") with { Streams = streams, ClaimMinIdle = Moment }));
        Assert.Equal(pending, await PendingAsync());
        Assert.Equal(otherPending, await PendingAsync(stream: Other));
    }

    [Fact]
    public async Task Each_stream_is_claimed_from_by_itself()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await CreateGroupAsync(stream: Other);
        await AppendAsync("7-0 8-0", Other);
        await ReadGroupAsync(ReadFor("a", ">", Stream, Other) with { Count = 1 });
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("1-0 2-0 | 7-0 8-0", await ReadGroupAsync(ReadFor("b", ">", Stream, Other) with { ClaimMinIdle = Moment, Count = 2 }));
    }

    [Fact]
    public async Task A_negative_time_is_refused()
    {
        if (await BeginAsync("1-0"))
            await FailsAsync(EngineError.NegativeMinIdle, () => Engine.ReadGroupAsync(ReadFor("a") with { ClaimMinIdle = TimeSpan.FromMilliseconds(-1) }));
    }

    [Fact]
    public async Task Who_waits_is_served_when_an_entry_becomes_old_enough()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await DeliverAsync("a", count: 1);
        // A server looks ten times a second.
        await Fixture.ElapseAsync(2 * Moment);
        await DeliverAsync("a", count: 1);
        var read = await BlockAsync(ReadFor("b") with { ClaimMinIdle = 4 * Moment });
        await Fixture.ElapseAsync(2 * Moment);
        Assert.Equal("1-0", await read.ServedAsync());
        var next = await BlockAsync(ReadFor("c") with { ClaimMinIdle = 4 * Moment });
        await Fixture.ElapseAsync(2 * Moment);
        Assert.Equal("2-0", await next.ServedAsync());
        Assert.Equal("1-0 b x2, 2-0 c x2", await PendingAsync());
    }

    [Fact]
    public async Task Who_waits_is_served_also_after_the_last_id_was_set()
    {
        if (!await BeginAsync("1-0"))
            return;
        await DeliverAsync("a");
        var read = await BlockClaimAsync("b");
        await Engine.SetIdAsync(Stream, Id("1-0"));
        await SettleAsync(Settlement.Release(Id("1-0")));
        Assert.Equal("1-0", await read.ServedAsync());
    }

    [Fact]
    public async Task Who_waits_is_served_with_what_became_pending_meanwhile()
    {
        if (!await BeginAsync(""))
            return;
        var read = await BlockClaimAsync("b", count: 1);
        var other = await BlockAsync(ReadFor("a"));
        await AppendBatchAsync("1-0 2-0");
        Assert.Equal("1-0", await read.ServedAsync());
        Assert.Equal("2-0", await other.ServedAsync());
        var next = await BlockClaimAsync("c");
        await Fixture.ElapseAsync(Moment);
        // By a clock that goes on by itself the second may be due a moment after the first.
        Assert.Contains(await next.ServedAsync(), Fixture.Now is null ? ["1-0", "1-0 2-0"] : (string[])["1-0 2-0"]);
    }

    [Fact]
    public async Task Who_waits_is_served_at_once_with_what_is_released()
    {
        if (!await BeginAsync("1-0"))
            return;
        await DeliverAsync("a");
        var read = await BlockClaimAsync("b");
        await SettleAsync(Settlement.Release(Id("1-0")));
        Assert.Equal("1-0", await read.ServedAsync());
    }

    [Fact]
    public async Task Who_has_waited_for_longest_claims_first()
    {
        if (!await BeginAsync("1-0 2-0"))
            return;
        await DeliverAsync("a");
        var (first, second, third) = (await BlockClaimAsync("b", count: 1), await BlockClaimAsync("c", count: 1), await BlockClaimAsync("d", count: 1));
        await Fixture.ElapseAsync(Moment);
        Assert.Equal(("1-0", "2-0"), (await first.ServedAsync(), await second.ServedAsync()));
        await third.WaitsAsync();
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("1-0", await third.ServedAsync());
    }

    [Fact]
    public async Task Who_waits_is_not_woken_by_what_is_acknowledged_or_gone()
    {
        if (!await BeginAsync("1-0 2-0 3-0"))
            return;
        await DeliverAsync("a");
        var read = await BlockClaimAsync("b");
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0"));
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        await SettleAsync(Settlement.Renew(Id("3-0")));
        await Fixture.ElapseAsync(Moment / 2);
        await SettleAsync(Settlement.Renew(Id("3-0")));
        await Fixture.ElapseAsync(Moment / 2);
        await read.WaitsAsync();
        await Fixture.ElapseAsync(Moment / 2);
        Assert.Equal("3-0", await read.ServedAsync());
    }

    [Fact]
    public async Task Who_waits_runs_out_of_time_all_the_same()
    {
        if (!await BeginAsync("1-0"))
            return;
        await DeliverAsync("a");
        var read = await BlockAsync(ReadFor("b") with { ClaimMinIdle = 10 * Moment, Block = Moment });
        await Fixture.ElapseAsync(Moment);
        Assert.Equal("", await read.ServedAsync());
        await Fixture.ElapseAsync(10 * Moment);
        Assert.Equal("1-0 a x1", await PendingAsync());
    }

    // Whether the engine can do it; then there is a group, and the entries.
    private async Task<bool> BeginAsync(string ids)
    {
        if (!Traits.ClaimsOnRead)
            return false;
        await CreateGroupAsync();
        if (ids.Length > 0)
            await AppendAsync(ids);
        return true;
    }

    private Task<string> ClaimAsync(StreamName consumer, int? count = null) => ReadGroupAsync(ReadFor(consumer) with { ClaimMinIdle = Moment, Count = count });

    private Task<BlockedRead> BlockClaimAsync(StreamName consumer, int? count = null) => BlockAsync(ReadFor(consumer) with { ClaimMinIdle = Moment, Count = count });

    private async Task SettleAsync(Settlement settlement)
    {
        var outcomes = new SettlementOutcome[1];
        await Engine.SettleAsync(new() { Stream = Stream, Group = Group, Owner = "a", Settlements = new[] { settlement } }, outcomes);
        Assert.Equal(SettlementOutcome.Done, outcomes[0]);
    }
}
