using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XGROUP CREATECONSUMER and DELCONSUMER, and XINFO CONSUMERS.</summary>
public abstract class ConsumersContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task A_consumer_is_made_once()
    {
        await CreateGroupAsync();
        Assert.True(await Engine.CreateConsumerAsync(Stream, Group, "a"));
        Assert.False(await Engine.CreateConsumerAsync(Stream, Group, "a"));
        Assert.Equal("a", await ConsumersAsync());
    }

    [Fact]
    public async Task A_deleted_consumers_pending_entries_are_lost_for_redelivery()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a", 2);
        await DeliverAsync("b");
        Assert.Equal(2, await Engine.DeleteConsumerAsync(Stream, Group, "a"));
        Assert.Equal("3-0 b x1", await PendingAsync());
        Assert.Equal("b", await ConsumersAsync());
        Assert.Equal("", await DeliverAsync("b"));
        Assert.Equal("", (await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("1-0 2-0") })).ToText());
    }

    [Fact]
    public async Task A_consumer_comes_back_with_nothing()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await DeliverAsync("a");
        await Engine.DeleteConsumerAsync(Stream, Group, "a");
        await Engine.CreateConsumerAsync(Stream, Group, "a");
        Assert.Equal("", await ReadGroupAsync(ReadFor("a", "0")));
        Assert.Equal(0, (await ConsumerInfoAsync("a")).Pending);
    }

    [Fact]
    public async Task An_unknown_consumer_had_nothing()
    {
        await CreateGroupAsync();
        Assert.Equal(0, await Engine.DeleteConsumerAsync(Stream, Group, "nobody"));
    }

    [Fact]
    public async Task Consumers_are_listed_by_the_bytes_of_their_names_with_what_is_pending()
    {
        await CreateGroupAsync();
        foreach (var name in (string[])["b", "a", "Z", "ab"])
            await Engine.CreateConsumerAsync(Stream, Group, name);
        Assert.Equal("Z a ab b", await ConsumersAsync());
        await AppendAsync("1-0 2-0");
        await DeliverAsync("ab");
        Assert.Equal([0, 0, 2, 0], (await Engine.GetConsumersAsync(Stream, Group)).Select(consumer => consumer.Pending));
    }

    [Fact]
    public async Task A_new_consumer_was_just_seen_and_never_active()
    {
        await CreateGroupAsync();
        await Engine.CreateConsumerAsync(Stream, Group, "a");
        await Fixture.ElapseAsync(Moment);
        await AssertTimesAsync(idle: Moment, inactive: null);
    }

    [Fact]
    public async Task Delivery_counts_as_seen_and_active_an_attempt_only_as_seen()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await DeliverAsync("a");
        await Fixture.ElapseAsync(Moment);
        await AssertTimesAsync(idle: Moment, inactive: Moment);

        if (!Traits.TracksEveryMention)
            return;
        await DeliverAsync("a");
        await AssertTimesAsync(idle: TimeSpan.Zero, inactive: Moment);
    }

    [Fact]
    public async Task A_history_read_and_a_delivery_without_acknowledgement_count_only_as_seen()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await DeliverAsync("a");
        await Fixture.ElapseAsync(Moment);
        await ReadGroupAsync(ReadFor("a", "0"));
        await AssertTimesAsync(idle: TimeSpan.Zero, inactive: Moment);

        await Fixture.ElapseAsync(Moment);
        await AppendAsync("2-0");
        await ReadGroupAsync(ReadFor("a") with { NoAcknowledge = true });
        await AssertTimesAsync(idle: TimeSpan.Zero, inactive: 2 * Moment);
    }

    [Theory]
    [InlineData("1-0", true)]
    [InlineData("9-9", false)]
    public async Task A_claim_counts_as_seen_and_as_active_only_with_success(string id, bool success)
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await DeliverAsync("other");
        await Engine.CreateConsumerAsync(Stream, Group, "a");
        await Fixture.ElapseAsync(Moment);
        await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Ids = Ids(id) });
        if (success || Traits.TracksEveryMention)
            await AssertTimesAsync(idle: TimeSpan.Zero, inactive: success ? TimeSpan.Zero : null);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(100, false)]
    public async Task An_automatic_claim_counts_as_seen_and_as_active_only_with_success(int moments, bool success)
    {
        await CreateGroupAsync();
        await AppendAsync("1-0");
        await DeliverAsync("other");
        await Engine.CreateConsumerAsync(Stream, Group, "a");
        await Fixture.ElapseAsync(Moment);
        using var result = await Engine.AutoClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", MinIdle = moments * Moment });
        if (success || Traits.TracksEveryMention)
            await AssertTimesAsync(idle: TimeSpan.Zero, inactive: success ? TimeSpan.Zero : null);
    }

    private async Task AssertTimesAsync(TimeSpan idle, TimeSpan? inactive)
    {
        var info = await ConsumerInfoAsync("a");
        AssertSpan(idle, info.Idle);
        if (!Traits.TracksEveryMention)
            return;
        if (inactive is { } expected)
            AssertSpan(expected, info.Inactive);
        else
            Assert.Null(info.Inactive);
    }
}
