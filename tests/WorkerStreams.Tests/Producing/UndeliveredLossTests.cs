using WorkerStreams.Engine;
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

    private static string Told(int count, int at, string atLeast = "") =>
        $"Stream orders: trimming has passed {atLeast}{count} entries that group billing, at {(at == 0 ? "0-0" : Id(at))}, was never delivered: they are lost to it. Have it read faster, keep more, or set UntilAcknowledged.";
}
