using WorkerStreams.Engine;
using WorkerStreams.Producing;
using static WorkerStreams.Tests.Producing.RetentionWorld;

namespace WorkerStreams.Tests.Producing;

/// <summary>Groups that trimming has passed are told, and only those.</summary>
public sealed class UndeliveredLossTests
{
    [Fact]
    public async Task What_a_group_was_never_delivered_is_counted_once_and_as_it_grows()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 50);
        await world.HandleAsync("billing", 10);
        Assert.Empty(await world.ToldAsync());

        await world.TrimAsync(31);
        Assert.Equal([Told(20, at: 10)], await world.ToldAsync());
        Assert.Empty(await world.ToldAsync());

        await world.TrimAsync(36);
        Assert.Equal([Told(5, at: 10)], await world.ToldAsync());

        await world.HandleAsync("billing", 5);
        await world.AppendAsync(51, 60);
        Assert.Empty(await world.ToldAsync());
        await world.TrimAsync(51);
        Assert.Equal([Told(10, at: 40)], await world.ToldAsync());
    }

    [Fact]
    public async Task A_group_that_keeps_on_falling_behind_is_told_each_time()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        for (var round = 0; round < 5; round++)
        {
            await world.AppendAsync(1 + round * 20, 20 + round * 20);
            await world.HandleAsync("billing", 10);
            await world.TrimAsync(16 + round * 20);
            Assert.Equal([round == 0 ? Told(5, at: 10) : Told(10, at: 5 + round * 20)], await world.ToldAsync());
        }
    }

    [Fact]
    public async Task A_group_that_has_never_read_is_told()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 30);
        Assert.Empty(await world.ToldAsync());
        await world.TrimAsync(21);
        Assert.Equal([Told(20, at: 0)], await world.ToldAsync());
        Assert.Empty(await world.ToldAsync());
        await world.TrimAsync(25);
        Assert.Equal([Told(4, at: 0)], await world.ToldAsync());
    }

    [Fact]
    public async Task Of_a_group_made_amid_the_stream_the_least_is_told_at_first()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.AppendAsync(1, 30);
        await world.CreateGroupAsync("billing", after: 10);
        Assert.Empty(await world.ToldAsync());
        await world.TrimAsync(21);
        Assert.Equal([Told(1, at: 10, "at least ")], await world.ToldAsync());
        await world.TrimAsync(25);
        Assert.Equal([Told(4, at: 10)], await world.ToldAsync());
    }

    [Fact]
    public async Task All_of_a_stream_may_be_lost()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 30);
        await world.HandleAsync("billing", 10);
        await world.LookAsync();
        await world.TrimAsync(31);
        Assert.Equal([Told(20, at: 10)], await world.ToldAsync());
        await world.AppendAsync(31, 35);
        Assert.Empty(await world.ToldAsync());
    }

    [Fact]
    public async Task Nothing_is_told_where_entries_were_read_in_time()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        for (var round = 0; round < 5; round++)
        {
            await world.AppendAsync(1 + round * 20, 20 + round * 20);
            Assert.Empty(await world.ToldAsync());
            await world.HandleAsync("billing", 20);
            Assert.Empty(await world.ToldAsync());
            await world.TrimAsync(21 + round * 20);
            Assert.Empty(await world.ToldAsync());
        }
    }

    [Fact]
    public async Task Nothing_is_told_of_a_group_that_reads_on_amid_a_look()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        world.Way.BeforeCall = method =>
        {
            if (method == nameof(IStreamEngine.GetGroupsAsync))
                Assert.True(GoOnAsync().IsCompletedSuccessfully);
        };
        for (var look = 0; look < 3; look++)
            Assert.Empty(await world.ToldAsync());
        world.Way.BeforeCall = _ => { };
        Assert.Empty(await world.ToldAsync());

        async Task GoOnAsync()
        {
            var last = world.Ids.LastOrDefault();
            await world.AppendAsync(last + 1, last + 50);
            await world.HandleAsync("billing", 50);
        }
    }

    [Fact]
    public async Task Nothing_is_told_of_groups_made_after_the_trimming()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.AppendAsync(1, 30);
        await world.TrimAsync(21);
        await world.CreateGroupAsync("at the beginning");
        await world.CreateGroupAsync("before what there is", after: 5);
        await world.Engine.CreateGroupAsync(Orders, "at the end", GroupPosition.End);
        Assert.Empty(await world.ToldAsync());
        Assert.Empty(await world.ToldAsync());

        await world.HandleAsync("at the beginning", 5);
        await world.HandleAsync("before what there is", 10);
        Assert.Empty(await world.ToldAsync());
    }

    [Fact]
    public async Task Nothing_is_told_of_a_group_made_anew_or_set_back()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        await world.CreateGroupAsync("shipping");
        await world.AppendAsync(1, 30);
        await world.HandleAsync("billing", 20);
        await world.HandleAsync("shipping", 30);
        await world.LookAsync();

        await world.TrimAsync(21);
        await world.Engine.DestroyGroupAsync(Orders, "billing");
        await world.CreateGroupAsync("billing");
        await world.Engine.SetGroupIdAsync(Orders, "shipping", GroupPosition.Beginning);
        Assert.Empty(await world.ToldAsync());
        Assert.Empty(await world.ToldAsync());
    }

    [Fact]
    public async Task Nothing_is_told_of_a_stream_made_anew()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 30);
        await world.LookAsync();
        await world.Engine.DeleteStreamAsync(Orders);
        await world.LookAsync();
        await world.AppendAsync(5, 20);
        await world.TrimAsync(11);
        await world.CreateGroupAsync("billing");
        Assert.Empty(await world.ToldAsync());
        Assert.Empty(await world.ToldAsync());
    }

    [Fact]
    public async Task What_somebody_deletes_is_no_loss()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        await world.CreateGroupAsync("unread");
        await world.AppendAsync(1, 30);
        await world.HandleAsync("billing", 5);
        Assert.Empty(await world.ToldAsync());
        await world.DeleteAsync(6, 7, 8, 20);
        Assert.Empty(await world.ToldAsync());
        await world.HandleAsync("billing", 20);
        Assert.Empty(await world.ToldAsync());
        await world.DeleteAsync([.. Enumerable.Range(1, 30)]);
        Assert.Empty(await world.ToldAsync());
        await world.AppendAsync(31, 33);
        Assert.Empty(await world.ToldAsync());
        Assert.Empty(await world.ToldAsync());
    }

    [Fact]
    public async Task What_is_trimmed_after_deletions_is_told_again()
    {
        using var world = new RetentionWorld(maxLength: 10);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 30);
        await world.DeleteAsync(3);
        await world.HandleAsync("billing", 5);
        await world.LookAsync();
        await world.TrimAsync(11);
        Assert.Equal([Told(1, at: 6, "at least ")], await world.ToldAsync());
        await world.TrimAsync(15);
        Assert.Equal([Told(4, at: 6)], await world.ToldAsync());
    }

    [Fact]
    public async Task A_stream_that_spares_is_watched_too_for_others_trim_it()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 30);
        await world.HandleAsync("billing", 5);
        await world.LookAsync();
        await world.TrimAsync(11);
        Assert.Equal([Told(5, at: 5)], await world.ToldAsync());
    }

    [Fact]
    public void Where_a_groups_counter_never_counts_what_it_skipped_the_growth_is_told()
    {
        var loss = new UndeliveredLoss();
        // Five it has skipped before anybody looked.
        Assert.Equal(0, Look(loss, first: 1, last: 31, at: 31, read: 26).Count);
        Assert.Equal((4, true), Look(loss, first: 36, last: 45, at: 31, read: 26));
        Assert.Equal(0, Look(loss, first: 36, last: 45, at: 40, read: 31).Count);
        Assert.Equal((10, true), Look(loss, first: 51, last: 60, at: 40, read: 31));
        Assert.Equal(0, Look(loss, first: 51, last: 60, at: 60, read: 41).Count);
        Assert.Equal((7, true), Look(loss, first: 68, last: 70, at: 60, read: 41));
        Assert.Equal(0, Look(loss, first: 68, last: 70, at: 70, read: 44).Count);
    }

    [Fact]
    public void Where_nothing_is_counted_nothing_is_told()
    {
        var loss = new UndeliveredLoss();
        Assert.Equal(0, loss.Look(Figures(first: 1, last: 40, added: 40), new("billing", 1, 0, Id(10), null, null)).Count);
        loss.HasNext(Id(11));
        Assert.Equal(0, loss.Look(Figures(first: 31, last: 40, added: 10), new("billing", 1, 0, Id(10), null, null)).Count);
        Assert.Equal(0, loss.Look(Figures(first: 35, last: 40, added: 6), new("billing", 1, 0, Id(10), null, null)).Count);
    }

    // Amid a look too, where what it has seen is older already.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_told_is_true_whatever_happens_to_stream_and_groups(bool amidLooks)
    {
        var (lost, told) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            using var world = new RetentionWorld(maxLength: 10);
            var story = new LossStory(seed, world.Engine, Orders);
            await story.BeginAsync();
            if (amidLooks)
                world.Way.BeforeCall = _ => Assert.True(story.StepAsync().IsCompletedSuccessfully);
            for (var look = 0; look < 60; look++)
            {
                await story.CheckAsync(await world.ToldAsync(), countsAnew: !amidLooks);
                for (var step = seed % 7; step >= 0; step--)
                    await story.StepAsync();
            }
            (lost, told) = (lost + story.Lost, told + story.Told);
        }
        Assert.InRange(told, lost / 3, lost);
    }

    // As Redis 7.0 tells.
    private static (long Count, bool IsExact) Look(UndeliveredLoss loss, int first, int last, int at, int read) =>
        loss.Look(Figures(first, last, added: last), new("billing", 1, 0, Id(at), read, last - read));

    private static StreamInfo Figures(int first, int last, int added) => new()
    {
        Length = last - first + 1,
        LastGeneratedId = Id(last),
        MaxDeletedEntryId = default,
        EntriesAdded = added,
        RecordedFirstEntryId = Id(first),
        Groups = 1,
        FirstEntry = null,
        LastEntry = null,
    };

    private static string Told(int count, int at, string atLeast = "") =>
        $"Stream orders: trimming has passed {atLeast}{count} entries that group billing, at {(at == 0 ? "0-0" : Id(at))}, was never delivered: they are lost to it. Have it read faster, keep more, or set UntilAcknowledged.";
}
