using Xunit;
using static WorkerStreams.Engine.SettlementOutcome;

namespace WorkerStreams.Engine.Contract;

/// <summary><see cref="IStreamEngine.SettleAsync"/>, which Redis has not: what becomes of entries, each only if it is still its owner's.</summary>
public abstract class SettlementContract(EngineFixture fixture) : EngineContract(fixture)
{
    private const int Many = 40;

    private static readonly TimeSpan Years = TimeSpan.FromDays(3650);

    public static TheoryData<SettlementKind> Kinds => [.. Enum.GetValues<SettlementKind>()];

    [Fact]
    public async Task Acknowledged_entries_are_not_pending_any_more()
    {
        await DeliverAsync();
        Assert.Equal([Done, Done], await SettleAsync(Settlement.Acknowledge(Id("1-0")), Settlement.Acknowledge(Id("3-0"))));
        Assert.Equal("2-0 a x1, 4-0 b x1", await PendingAsync());
        Assert.Equal("1-0 2-0 3-0 4-0", await RangeAsync());
        Assert.Equal(1, (await ConsumerInfoAsync("a")).Pending);
    }

    [Fact]
    public async Task Acknowledged_and_deleted_entries_are_gone_from_the_stream_too()
    {
        await DeliverAsync();
        Assert.Equal([Done], await SettleAsync(Settlement.AcknowledgeAndDelete(Id("2-0"))));
        Assert.Equal("1-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
        Assert.Equal("1-0 3-0 4-0", await RangeAsync());
        Assert.Equal(Id("2-0"), (await Engine.GetStreamInfoAsync(Stream)).MaxDeletedEntryId);
    }

    [Fact]
    public async Task An_entry_gone_from_the_stream_can_be_acknowledged_and_deleted()
    {
        await DeliverAsync();
        await Engine.DeleteAsync(Stream, Ids("2-0"));
        Assert.Equal([Done], await SettleAsync(Settlement.AcknowledgeAndDelete(Id("2-0"))));
        Assert.Equal("1-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task Another_group_keeps_what_this_one_deletes_pending()
    {
        await DeliverAsync();
        await CreateGroupAsync(group: "h");
        await DeliverAsync("x", 2, "h");
        await SettleAsync(Settlement.AcknowledgeAndDelete(Id("1-0")));
        Assert.Equal("1-0 x x1, 2-0 x x1", await PendingAsync("h"));
    }

    [Fact]
    public async Task A_renewed_entry_is_idle_no_more_and_keeps_its_count()
    {
        await DeliverAsync();
        await Fixture.ElapseAsync(Moment);
        Assert.Equal([Done], await SettleAsync(Settlement.Renew(Id("1-0"))));
        Assert.Equal("1-0 a x1, 2-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
        var pending = await PendingEntriesAsync();
        AssertSpan(TimeSpan.Zero, pending[0].Idle);
        AssertSpan(Moment, pending[1].Idle);
    }

    [Fact]
    public async Task A_released_entry_keeps_its_owner_and_count_and_can_be_claimed_at_once()
    {
        await DeliverAsync();
        Assert.Equal([Done], await SettleAsync(Settlement.Release(Id("2-0"))));
        Assert.Equal("1-0 a x1, 2-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
        using var claimed = await Engine.AutoClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", MinIdle = Years });
        Assert.Equal("2-0", claimed.Entries.ToText());
        Assert.Equal("1-0 a x1, 2-0 b x2, 3-0 a x1, 4-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task An_entry_released_unstarted_counts_one_less_and_never_below_0()
    {
        await DeliverAsync();
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Ids = Ids("2-0"), DeliveryCount = 0 });
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Ids = Ids("3-0"), DeliveryCount = 7 });
        var released = await SettleAsync(
            Settlement.ReleaseUnstarted(Id("1-0")), Settlement.ReleaseUnstarted(Id("2-0")), Settlement.ReleaseUnstarted(Id("3-0")));
        Assert.Equal([Done, Done, Done], released);
        Assert.Equal("1-0 a x0, 2-0 a x0, 3-0 a x6, 4-0 b x1", await PendingAsync());
        Assert.Equal(
            "1-0 2-0 3-0",
            (await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("1-0 2-0 3-0"), MinIdle = Years })).ToText());
    }

    [Fact]
    public async Task An_entry_gone_from_the_stream_can_be_renewed_and_released()
    {
        await DeliverAsync();
        await Engine.DeleteAsync(Stream, Ids("1-0 2-0 3-0"));
        Assert.Equal(
            [Done, Done, Done],
            await SettleAsync(Settlement.Renew(Id("1-0")), Settlement.Release(Id("2-0")), Settlement.ReleaseUnstarted(Id("3-0"))));
        Assert.Equal(Traits.RenewsGoneEntries ? "1-0 a x1, 2-0 a x1, 3-0 a x0, 4-0 b x1" : "4-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task A_dead_letter_is_appended_and_its_entry_not_pending_any_more()
    {
        await DeliverAsync();
        Assert.Equal([Done], await SettleAsync(Settlement.DeadLetter(Id("2-0"), EntryFields.Of(("why", "poison"), ("f", "2-0")))));
        Assert.Equal("1-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
        Assert.Equal("1-0 2-0 3-0 4-0", await RangeAsync());
        var letters = await LettersAsync();
        Assert.EndsWith("[why poison f 2-0]", letters, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_are_in_the_order_of_their_settlements()
    {
        await DeliverAsync();
        await AppendAsync("99999999999999-5", Other);
        await SettleAsync(Settlement.DeadLetter(Id("3-0"), Fields("third")), Settlement.DeadLetter(Id("1-0"), Fields("first")));
        Assert.Equal(
            "99999999999999-5[f 99999999999999-5] 99999999999999-6[f third] 99999999999999-7[f first]", await LettersAsync());
    }

    [Fact]
    public async Task A_dead_letter_wakes_who_waits_for_it()
    {
        await DeliverAsync();
        await CreateGroupAsync("$", Other);
        var (plain, group) = (await BlockAsync(ReadFrom("$", Other)), await BlockAsync(ReadFor("x", ">", Other)));
        await SettleAsync(Settlement.DeadLetter(Id("1-0"), Fields()));
        Assert.Equal(await plain.ServedAsync(), await group.ServedAsync());
        Assert.Contains("x x1", await PendingAsync(stream: Other), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nothing_is_done_with_what_another_owns_or_is_not_pending(SettlementKind kind)
    {
        await DeliverAsync();
        await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0"));
        await Fixture.ElapseAsync(Moment);
        Assert.Equal([NotPending, NotOwner, NotPending], await SettleAsync(Make(kind, "1-0"), Make(kind, "4-0"), Make(kind, "9-9")));
        Assert.Equal("2-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
        Assert.Equal("1-0 2-0 3-0 4-0", await RangeAsync());
        Assert.Equal(0, await Engine.GetLengthAsync(Other));
        AssertSpan(Moment, (await PendingEntriesAsync())[2].Idle);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_stale_owner_does_nothing_after_its_entry_was_claimed(SettlementKind kind)
    {
        await DeliverAsync();
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("1-0") });
        Assert.Equal([NotOwner], await SettleAsync(Make(kind, "1-0")));
        Assert.Equal("1-0 b x2, 2-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_consumer_that_is_not_there_owns_nothing(SettlementKind kind)
    {
        await DeliverAsync();
        Assert.Equal([NotOwner, NotPending], await SettleForAsync("nobody", Make(kind, "1-0"), Make(kind, "9-9")));
        Assert.Equal("a b", await ConsumersAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Without_the_stream_or_the_group_nothing_is_pending(SettlementKind kind)
    {
        Assert.Equal([NotPending], await SettleAsync(Make(kind, "1-0")));
        await AppendAsync("1-0");
        Assert.Equal([NotPending], await SettleAsync(Make(kind, "1-0")));
        Assert.Equal("1-0", await RangeAsync());
        Assert.Equal(0, await Engine.GetLengthAsync(Other));
    }

    [Fact]
    public async Task All_kinds_and_outcomes_can_be_mixed_and_an_entry_is_settled_once()
    {
        await DeliverAsync();
        var outcomes = await SettleAsync(
            Settlement.Renew(Id("1-0")),
            Settlement.Acknowledge(Id("1-0")),
            Settlement.Acknowledge(Id("1-0")),
            Settlement.DeadLetter(Id("4-0"), Fields("not mine")),
            Settlement.DeadLetter(Id("3-0"), Fields("mine")),
            Settlement.AcknowledgeAndDelete(Id("3-0")),
            Settlement.Release(Id("2-0")));
        Assert.Equal([Done, Done, NotPending, NotOwner, Done, NotPending, Done], outcomes);
        Assert.Equal("2-0 a x1, 4-0 b x1", await PendingAsync());
        Assert.Equal("1-0 2-0 3-0 4-0", await RangeAsync());
        Assert.EndsWith("[f mine]", await LettersAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await Engine.GetLengthAsync(Other));
    }

    [Fact]
    public async Task Of_many_acknowledged_at_once_those_of_another_stay_his()
    {
        var ids = await DeliverManyAsync();
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("21-0") });
        var outcomes = await SettleAsync([.. ids.Select(Settlement.Acknowledge)]);
        Assert.Equal([NotOwner], outcomes.Where(static outcome => outcome != Done));
        Assert.Equal(NotOwner, outcomes[20]);
        Assert.Equal("21-0 b x2", await PendingAsync());
    }

    [Fact]
    public async Task Of_many_acknowledged_at_once_as_many_are_not_pending_as_were_acknowledged_before()
    {
        var ids = await DeliverManyAsync();
        await Engine.AcknowledgeAsync(Stream, Group, Ids("3-0 17-0 40-0"));
        var outcomes = await SettleAsync([.. ids.Select(Settlement.Acknowledge)]);
        Assert.Equal((Many - 3, 3), (outcomes.Count(static outcome => outcome == Done), outcomes.Count(static outcome => outcome == NotPending)));
        Assert.Equal("", await PendingAsync());
        Assert.All(await SettleAsync([.. ids.Select(Settlement.Acknowledge)]), static outcome => Assert.Equal(NotPending, outcome));
    }

    [Fact]
    public async Task Many_are_acknowledged_while_another_has_what_comes_after_or_before_them()
    {
        var ids = await DeliverManyAsync();
        await AppendAsync("41-0");
        await DeliverAsync("b");
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "c", Ids = Ids("1-0") });
        Assert.All(await SettleAsync([.. ids.Skip(1).Reverse().Select(Settlement.Acknowledge)]), static outcome => Assert.Equal(Done, outcome));
        Assert.Equal("1-0 c x2, 41-0 b x1", await PendingAsync());
        Assert.All(await SettleForAsync("nobody", [.. ids.Skip(1).Select(Settlement.Acknowledge)]), static outcome => Assert.Equal(NotPending, outcome));
    }

    [Fact]
    public async Task A_dead_letter_stream_of_another_slot_or_none_is_refused_and_nothing_is_settled()
    {
        await DeliverAsync();
        foreach (var letters in (StreamName[])[default, $"{{{Guid.NewGuid():N}}}dead"])
        {
            var thrown = await Assert.ThrowsAsync<StreamEngineException>(
                () => SettleForAsync("a", letters, Settlement.Acknowledge(Id("1-0")), Settlement.DeadLetter(Id("2-0"), Fields())));
            Assert.Equal(StreamErrorCode.InvalidArgument, thrown.Code);
        }
        Assert.Equal("1-0 a x1, 2-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task A_dead_letter_that_cannot_be_appended_settles_nothing()
    {
        await DeliverAsync();
        await FailsAsync(EngineError.NoFields, () => SettleAsync(Settlement.Acknowledge(Id("1-0")), Settlement.DeadLetter(Id("2-0"), default)));
        await AppendAsync("18446744073709551615-18446744073709551614", Other);
        await FailsAsync(
            EngineError.IdsExhausted,
            () => SettleAsync(
                Settlement.Acknowledge(Id("1-0")), Settlement.DeadLetter(Id("2-0"), Fields()), Settlement.DeadLetter(Id("3-0"), Fields())));
        Assert.Equal("1-0 a x1, 2-0 a x1, 3-0 a x1, 4-0 b x1", await PendingAsync());
        Assert.Equal(1, await Engine.GetLengthAsync(Other));
    }

    [Fact]
    public async Task A_dead_letter_may_have_thousands_of_fields_and_is_settled_with_the_others()
    {
        await DeliverAsync();
        var large = EntryFields.Of([.. Enumerable.Range(0, 5000).Select(static number => ($"f{number}", "v"))]);
        var outcomes = await SettleAsync(
            Settlement.DeadLetter(Id("1-0"), Fields()),
            Settlement.DeadLetter(Id("2-0"), large),
            Settlement.DeadLetter(Id("4-0"), large),
            Settlement.DeadLetter(Id("9-9"), large),
            Settlement.Acknowledge(Id("3-0")));
        Assert.Equal([Done, Done, NotOwner, NotPending, Done], outcomes);
        Assert.Equal("4-0 b x1", await PendingAsync());
        Assert.Equal(2, await Engine.GetLengthAsync(Other));
    }

    [Fact]
    public async Task The_dead_letters_go_to_the_companion_of_a_stream_without_a_tag()
    {
        StreamName stream = $"plain-{Guid.NewGuid():N}";
        var letters = stream.Companion("dead");
        await CreateGroupAsync(stream: stream);
        await AppendAsync("1-0", stream);
        await ReadGroupAsync(ReadFor("a", ">", stream));
        var outcomes = new SettlementOutcome[1];
        await Engine.SettleAsync(
            new() { Stream = stream, Group = Group, Owner = "a", DeadLetterStream = letters, Settlements = new[] { Settlement.DeadLetter(Id("1-0"), Fields()) } },
            outcomes);
        Assert.Equal([Done], outcomes);
        Assert.Equal(1, await Engine.GetLengthAsync(letters));
    }

    private static Settlement Make(SettlementKind kind, string id) => kind switch
    {
        SettlementKind.Acknowledge => Settlement.Acknowledge(Id(id)),
        SettlementKind.AcknowledgeAndDelete => Settlement.AcknowledgeAndDelete(Id(id)),
        SettlementKind.Renew => Settlement.Renew(Id(id)),
        SettlementKind.Release => Settlement.Release(Id(id)),
        SettlementKind.ReleaseUnstarted => Settlement.ReleaseUnstarted(Id(id)),
        _ => Settlement.DeadLetter(Id(id), Fields()),
    };

    private Task<SettlementOutcome[]> SettleAsync(params Settlement[] settlements) => SettleForAsync("a", settlements);

    private Task<SettlementOutcome[]> SettleForAsync(StreamName owner, params Settlement[] settlements) => SettleForAsync(owner, Other, settlements);

    private async Task<SettlementOutcome[]> SettleForAsync(StreamName owner, StreamName letters, params Settlement[] settlements)
    {
        var outcomes = new SettlementOutcome[settlements.Length];
        await Engine.SettleAsync(
            new() { Stream = Stream, Group = Group, Owner = owner, Settlements = settlements, DeadLetterStream = letters }, outcomes);
        return outcomes;
    }

    private async Task<string> LettersAsync() => (await Engine.RangeAsync(Other, RangeBound.Min, RangeBound.Max)).ToFieldText();

    // So many for a.
    private async Task<StreamEntryId[]> DeliverManyAsync()
    {
        var ids = string.Join(' ', Enumerable.Range(1, Many).Select(static id => $"{id}-0"));
        await CreateGroupAsync();
        await AppendAsync(ids);
        await DeliverAsync("a", Many);
        return Ids(ids);
    }

    // 1-0 to 3-0 for a, 4-0 for b.
    private async Task DeliverAsync()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0 4-0");
        await DeliverAsync("a", 3);
        await DeliverAsync("b");
    }
}
