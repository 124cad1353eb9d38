using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>Cancelled calls change nothing, and cancelled reads deliver nothing.</summary>
public abstract class CancellationContract(EngineFixture fixture) : EngineContract(fixture)
{
    private static readonly CancellationToken Cancelled = new(canceled: true);

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_begins_does_nothing()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await DeliverAsync("a", 1);

        Func<Task>[] calls =
        [
            async () => await Engine.AppendAsync(Stream, new AppendEntry(Fields()), null, Cancelled),
            async () => await Engine.AppendAsync(Stream, new AppendEntry[] { new(Fields()) }, new AppendResult[1], null, Cancelled),
            async () => await Engine.ReadAsync(ReadFrom("0"), Cancelled),
            async () => await Engine.ReadGroupAsync(ReadFor("b"), Cancelled),
            async () => await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0"), Cancelled),
            async () => await Engine.SettleAsync(
                new() { Stream = Stream, Group = Group, Owner = "a", Settlements = new[] { Settlement.Acknowledge(Id("1-0")) } }, new SettlementOutcome[1], Cancelled),
            async () => await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids("1-0") }, Cancelled),
            async () => await Engine.AutoClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", MinIdle = TimeSpan.Zero }, Cancelled),
            async () => await Engine.GetPendingSummaryAsync(Stream, Group, Cancelled),
            async () => await Engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Count = 1 }, Cancelled),
            async () => await Engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max, null, false, Cancelled),
            async () => await Engine.DeleteAsync(Stream, Ids("1-0"), Cancelled),
            async () => await Engine.MoveAsync(
                new() { Source = Stream, Destination = Other, Entries = new[] { new MoveEntry(Id("1-0"), Fields()) } }, new StreamEntryId?[1], Cancelled),
            async () => await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0), Cancelled),
            async () => await Engine.GetLengthAsync(Stream, Cancelled),
            async () => await Engine.SetIdAsync(Stream, Id("9-0"), null, null, Cancelled),
            async () => await Engine.DeleteStreamAsync(Stream, Cancelled),
            async () => await Engine.CreateGroupAsync(Stream, "h", GroupPosition.End, false, null, Cancelled),
            async () => await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.Beginning, null, Cancelled),
            async () => await Engine.DestroyGroupAsync(Stream, Group, Cancelled),
            async () => await Engine.CreateConsumerAsync(Stream, Group, "b", Cancelled),
            async () => await Engine.DeleteConsumerAsync(Stream, Group, "a", Cancelled),
            async () => await Engine.GetStreamInfoAsync(Stream, Cancelled),
            async () => await Engine.GetGroupsAsync(Stream, Cancelled),
            async () => await Engine.GetConsumersAsync(Stream, Group, Cancelled),
        ];
        foreach (var call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);

        Assert.Equal("1-0 2-0", await RangeAsync());
        Assert.Equal("1-0 a x1", await PendingAsync());
        Assert.Equal(("a", Id("1-0")), (await ConsumersAsync(), (await GroupInfoAsync()).LastDeliveredId));
        Assert.Equal(Id("2-0"), (await Engine.GetStreamInfoAsync(Stream)).LastGeneratedId);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_as_cancelled()
    {
        await CreateGroupAsync();
        using var source = new CancellationTokenSource();
        var (plain, group) = (await BlockAsync(ReadFrom("$"), source.Token), await BlockAsync(ReadFor("a"), source.Token));
        await source.CancelAsync();
        foreach (var read in (BlockedRead[])[plain, group])
        {
            var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(read.ReplyAsync);
            Assert.Equal(source.Token, thrown.CancellationToken);
        }
    }

    [Fact]
    public async Task A_cancelled_wait_has_delivered_nothing_and_the_next_in_line_is_served()
    {
        await CreateGroupAsync();
        using var source = new CancellationTokenSource();
        var cancelled = await BlockAsync(ReadFor("a") with { Count = 1 }, source.Token);
        var next = await BlockAsync(ReadFor("b") with { Count = 1 });
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(cancelled.ReplyAsync);
        if (!Traits.CancelsReads)
            return;
        await AppendAsync("1-0");
        Assert.Equal("1-0", await next.ServedAsync());
        Assert.Equal("1-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task Cancelling_after_the_reply_takes_nothing_back()
    {
        await CreateGroupAsync();
        using var source = new CancellationTokenSource();
        var read = await BlockAsync(ReadFor("a"), source.Token);
        await AppendAsync("1-0");
        await Fixture.QuietAsync();
        await source.CancelAsync();
        Assert.Equal("1-0", await read.ServedAsync());
        Assert.Equal("1-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task However_cancelling_and_appending_race_the_entry_is_delivered_or_left()
    {
        if (!Traits.CancelsReads)
            return;
        await CreateGroupAsync();
        CancellationTokenSource[] sources = [.. Enumerable.Range(1, 300).Select(_ => new CancellationTokenSource())];
        var together = new Barrier(2);
        var cancelling = new Thread(() =>
        {
            foreach (var source in sources)
            {
                together.SignalAndWait();
                source.Cancel();
                together.SignalAndWait();
            }
        }) { IsBackground = true };
        cancelling.Start();

        for (var round = 1; round <= sources.Length; round++)
        {
            var read = Engine.ReadGroupAsync(ReadFor("a") with { Block = TimeSpan.Zero }, sources[round - 1].Token).AsTask();
            together.SignalAndWait();
            var id = await AppendAsync($"{round}-0");
            together.SignalAndWait();

            var delivered = await DeliveredAsync(read);
            Assert.Equal(delivered ? $"{id} a x1" : "", await PendingAsync());
            Assert.Equal(delivered ? "" : $"{id}", await DeliverAsync("b"));
            await Engine.AcknowledgeAsync(Stream, Group, new[] { id });
        }
    }

    private static async Task<bool> DeliveredAsync(Task<EntryBatch> read)
    {
        try
        {
            using var batch = await read.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(1, batch.Count);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
