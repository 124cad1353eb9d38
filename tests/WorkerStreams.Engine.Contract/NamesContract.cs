using Xunit;
using static WorkerStreams.Engine.SettlementOutcome;

namespace WorkerStreams.Engine.Contract;

/// <summary>Who holds a consumer's name, what that keeps others from, and which names are deleted; Redis has none of it.</summary>
public abstract class NamesContract(EngineFixture fixture) : EngineContract(fixture)
{
    // No test takes so long where time is real.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_name_has_one_holder_who_may_ask_again()
    {
        await CreateGroupAsync();
        Assert.Equal("first", await HoldAsync("a", "first"));
        Assert.Equal("first", await HoldAsync("a", "second"));
        Assert.Equal("first", await HoldAsync("a", "first"));
        Assert.Equal("second", await HoldAsync("b", "second"));
        Assert.Equal("a b", await ConsumersAsync());
    }

    [Fact]
    public async Task A_hold_ends_with_its_time_unless_asked_for_again()
    {
        await CreateGroupAsync();
        await HoldAsync("a", "first", 4 * Moment);
        await HoldAsync("b", "first", 4 * Moment);
        await Fixture.ElapseAsync(2 * Moment);
        await HoldAsync("a", "first", Long);
        await Fixture.ElapseAsync(2 * Moment);
        Assert.Equal(("first", "second"), (await HoldAsync("a", "second"), await HoldAsync("b", "second")));
    }

    [Fact]
    public async Task It_is_told_for_how_long_a_name_is_held()
    {
        await CreateGroupAsync();
        Assert.Equal(Long, (await Engine.HoldConsumerAsync(Ask("a", "first"))).Left);
        await Fixture.ElapseAsync(Moment);
        AssertSpan(Moment, Long - (await Engine.HoldConsumerAsync(Ask("a", "second"))).Left);
    }

    [Fact]
    public async Task A_name_is_taken_over_only_from_the_holder_that_is_said_to_be_dead()
    {
        await CreateGroupAsync();
        await HoldAsync("a", "first");
        Assert.Equal("first", (await Engine.HoldConsumerAsync(Ask("a", "second") with { Instead = "third" })).Holder.ToString());
        Assert.Equal("second", (await Engine.HoldConsumerAsync(Ask("a", "second") with { Instead = "first" })).Holder.ToString());
        Assert.Equal("second", (await Engine.HoldConsumerAsync(Ask("a", "third") with { Instead = "first" })).Holder.ToString());
    }

    [Fact]
    public async Task Names_are_held_apart_in_each_group_and_stream()
    {
        // If it were not told where the one ends and the other begins, these would be the same.
        foreach (var (stream, group, consumer) in ((StreamName, StreamName, StreamName)[])[(Stream, "g", "1:x"), (Stream, "g1", ":x"), (Stream, "g1:", "x"), (Other, "g", "1:x")])
        {
            await CreateGroupAsync(stream: stream, group: group);
            var holder = StreamName.FromString($"{stream} {group} {consumer}");
            Assert.Equal(holder, (await Engine.HoldConsumerAsync(Ask(consumer, holder) with { Stream = stream, Group = group })).Holder);
        }
    }

    [Fact]
    public async Task Bytes_of_any_kind_name_a_holder()
    {
        await CreateGroupAsync();
        var (consumer, holder) = (new StreamName([0, 13, 10, 32, 255]), new StreamName([255, 0, 10, 32, 48]));
        await Engine.HoldConsumerAsync(Ask(consumer, holder));
        Assert.Equal(holder, (await Engine.HoldConsumerAsync(Ask(consumer, "second"))).Holder);
    }

    [Fact]
    public async Task The_leases_of_the_others_in_the_group_are_told()
    {
        await CreateGroupAsync();
        await CreateGroupAsync(group: "other");
        await Engine.HoldConsumerAsync(Ask("a", "first") with { Lease = TimeSpan.FromSeconds(1) });
        await Engine.HoldConsumerAsync(Ask("b", "second") with { Lease = TimeSpan.FromSeconds(2) });
        await Engine.HoldConsumerAsync(Ask("c", "third") with { Lease = TimeSpan.FromSeconds(3), Duration = Moment });
        await Engine.HoldConsumerAsync(Ask("d", "fourth") with { Lease = TimeSpan.FromSeconds(4), Group = "other" });
        await Fixture.ElapseAsync(Moment);
        Assert.Equal([TimeSpan.FromSeconds(2)], (await Engine.HoldConsumerAsync(Ask("a", "first"))).OtherLeases);
        Assert.Equal([TimeSpan.FromSeconds(2)], (await Engine.HoldConsumerAsync(Ask("a", "other"))).OtherLeases);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task What_a_holder_settles_whose_name_is_anothers_changes_nothing(int entries)
    {
        await DeliverAllAsync(entries);
        await HoldAsync("a", "first", Moment);
        Assert.Equal([Done], await SettleAsync("first", Settlement.Renew(Id("1-0"))));
        await Fixture.ElapseAsync(Moment);
        await HoldAsync("a", "second");
        var before = await PendingAsync();

        var ids = Enumerable.Range(1, entries).Select(static ms => new StreamEntryId((ulong)ms, 0));
        Assert.All(await SettleAsync("first", [.. ids.Select(Settlement.Acknowledge)]), static outcome => Assert.Equal(NotOwner, outcome));
        foreach (var settlement in (Settlement[])[Settlement.AcknowledgeAndDelete(Id("1-0")), Settlement.Renew(Id("1-0")), Settlement.ReleaseUnstarted(Id("1-0")), Letter("v", 1), Letter("v", 10_000)])
            Assert.Equal([NotOwner], await SettleAsync("first", settlement));
        Assert.Equal((before, "", entries), (await PendingAsync(), await RangeAsync(Letters), await Engine.GetLengthAsync(Stream)));

        Assert.All(await SettleAsync("second", [.. ids.Select(Settlement.Acknowledge)]), static outcome => Assert.Equal(Done, outcome));
    }

    [Fact]
    public async Task What_is_settled_under_a_name_that_nobody_else_holds_is_done()
    {
        await DeliverAllAsync(3);
        Assert.Equal([Done], await SettleAsync("first", Settlement.Acknowledge(Id("3-0"))));
        await HoldAsync("a", "second", Moment);
        Assert.Equal([Done], await SettleAsync(default, Settlement.Acknowledge(Id("2-0"))));
        await Fixture.ElapseAsync(Moment);
        Assert.Equal([Done], await SettleAsync("first", Letter("why", 1)));
        Assert.Equal("", await PendingAsync());
    }

    [Fact]
    public async Task A_holder_whose_name_is_anothers_claims_nothing()
    {
        await DeliverAllAsync(2);
        await HoldAsync("a", "first");
        Assert.Equal(0, await ClaimAsync("second"));
        Assert.Equal("1-0 a x1, 2-0 a x1", await PendingAsync());
        Assert.Equal(2, await ClaimAsync("first"));
        Assert.Equal(2, await ClaimAsync(default));
        Assert.Equal("1-0 a x3, 2-0 a x3", await PendingAsync());

        async Task<int> ClaimAsync(StreamName holder)
        {
            StreamEntryId[] ids = [new(1, 0), new(2, 0)];
            using var claimed = await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Holder = holder, Ids = ids });
            return claimed.Count;
        }
    }

    [Fact]
    public async Task Who_leaves_gives_up_the_name_and_the_consumer_goes_if_nothing_is_pending()
    {
        await DeliverAllAsync(1);
        await HoldAsync("a", "first");
        await HoldAsync("b", "first");
        Assert.False(await Engine.LeaveConsumerAsync(Stream, Group, "a", "second"));
        Assert.False(await Engine.LeaveConsumerAsync(Stream, Group, "a", "first"));
        Assert.True(await Engine.LeaveConsumerAsync(Stream, Group, "b", "first"));
        Assert.True(await Engine.LeaveConsumerAsync(Stream, Group, "nobody", "first"));
        Assert.Equal(("a", "1-0 a x1"), (await ConsumersAsync(), await PendingAsync()));
        Assert.Equal("second", await HoldAsync("a", "second"));
    }

    [Fact]
    public async Task Who_was_left_with_something_pending_is_collected_at_once_when_nothing_is()
    {
        await DeliverAllAsync(1);
        await HoldAsync("a", "first");
        await HoldAsync("b", "second");
        Assert.False(await Engine.LeaveConsumerAsync(Stream, Group, "a", "first"));
        Assert.Empty(await Engine.CollectConsumersAsync(Stream, Group, Long));
        await HoldAsync("b", "second");
        await SettleAsync("first", Settlement.Acknowledge(new(1, 0)));
        Assert.Equal(["a"], (await Engine.CollectConsumersAsync(Stream, Group, Long)).Select(static name => name.ToString()));
        Assert.Equal("b", await ConsumersAsync());
    }

    [Fact]
    public async Task Who_was_left_and_is_held_again_is_not_collected()
    {
        await DeliverAllAsync(1);
        await HoldAsync("a", "first");
        await Engine.LeaveConsumerAsync(Stream, Group, "a", "first");
        await HoldAsync("a", "second");
        await SettleAsync("second", Settlement.Acknowledge(new(1, 0)));
        Assert.Empty(await Engine.CollectConsumersAsync(Stream, Group, Long));
        Assert.Equal("a", await ConsumersAsync());
    }

    [Fact]
    public async Task Consumers_are_collected_that_are_idle_with_nothing_pending_and_held_by_nobody()
    {
        await DeliverAllAsync(1);
        await HoldAsync("held", "first");
        await HoldAsync("died", "second", Moment);
        await Engine.CreateConsumerAsync(Stream, Group, "foreign");
        await Fixture.ElapseAsync(2 * Moment);
        await Engine.CreateConsumerAsync(Stream, Group, "new");
        Assert.Empty(await Engine.CollectConsumersAsync(Stream, Group, Long));
        Assert.Equal(["died", "foreign"], (await Engine.CollectConsumersAsync(Stream, Group, 2 * Moment)).Order().Select(static name => name.ToString()));
        Assert.Equal(("a held new", "1-0 a x1"), (await ConsumersAsync(), await PendingAsync()));
    }

    [Fact]
    public async Task A_name_is_held_in_a_group_that_is_there()
    {
        await NoGroupAsync();
        await AppendAsync("1-0");
        await NoGroupAsync();
        await CreateGroupAsync();
        await HoldAsync("a", "first");
        await Engine.DestroyGroupAsync(Stream, Group);
        await NoGroupAsync();
        await CreateGroupAsync();
        Assert.Equal("first", await HoldAsync("a", "first"));

        async Task NoGroupAsync()
        {
            await FailsAsync(EngineError.NoGroup(Stream, Group), () => Engine.HoldConsumerAsync(Ask("a", "first")));
            await FailsAsync(EngineError.NoGroup(Stream, Group), () => Engine.CollectConsumersAsync(Stream, Group, Long));
            Assert.True(await Engine.LeaveConsumerAsync(Stream, Group, "a", "first"));
        }
    }

    private StreamName Letters => NewStream("letters");

    private HoldRequest Ask(StreamName consumer, StreamName holder) =>
        new() { Stream = Stream, Group = Group, Consumer = consumer, Holder = holder, Duration = Long, Lease = Moment };

    private async Task<string> HoldAsync(StreamName consumer, StreamName holder, TimeSpan? duration = null) =>
        (await Engine.HoldConsumerAsync(Ask(consumer, holder) with { Duration = duration ?? Long })).Holder.ToString();

    private async Task DeliverAllAsync(int entries)
    {
        await AppendAsync(IdRun(1, entries));
        await CreateGroupAsync();
        await DeliverAsync("a");
    }

    private static Settlement Letter(string name, int fields) =>
        Settlement.DeadLetter(StreamEntryId.Parse("1-0"), EntryFields.Of([.. Enumerable.Repeat((name, "v"), fields)]));

    private async Task<SettlementOutcome[]> SettleAsync(StreamName holder, params Settlement[] settlements)
    {
        var outcomes = new SettlementOutcome[settlements.Length];
        await Engine.SettleAsync(
            new() { Stream = Stream, Group = Group, Owner = "a", Holder = holder, Settlements = settlements, DeadLetterStream = Letters }, outcomes);
        return outcomes;
    }
}
