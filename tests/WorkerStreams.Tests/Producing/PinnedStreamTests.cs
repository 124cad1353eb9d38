namespace WorkerStreams.Tests.Producing;

/// <summary>Who keeps a stream from being trimmed without anybody to read it.</summary>
public sealed class PinnedStreamTests
{
    [Fact]
    public async Task A_group_of_which_nobody_is_seen_is_told_after_a_while_and_then_less_and_less_often()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.CreateGroupAsync("audit");
        await world.AppendAsync(1, 20);
        await world.ReadAsync("audit", 5);
        await world.AcknowledgeAsync("audit", 1, 2);
        await world.HandleAsync("billing", 20);

        Assert.Equal([10, 20, 40, 80], await MinutesToldAsync(world, 100, "Stream orders: group audit, at 5-1, has not acknowledged 18 entries, which are kept for it, and none of its consumers was seen for "));
    }

    [Fact]
    public async Task A_group_without_consumers_is_told_too()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("audit");
        await world.AppendAsync(1, 20);

        Assert.Equal([10, 20], await MinutesToldAsync(world, 30, "Stream orders: group audit, at 0-0, has not acknowledged 20 entries"));
    }

    [Fact]
    public async Task One_that_lives_is_not_told_and_counts_anew_when_it_is_silent_again()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("audit");
        await world.AppendAsync(1, 100);
        for (var minute = 0; minute < 30; minute++)
        {
            await world.ReadAsync("audit", 1);
            Assert.Empty(await MinutesToldAsync(world, 1, ""));
        }
        Assert.Equal([9], await MinutesToldAsync(world, 15, "Stream orders: group audit, at 30-1, has not acknowledged 100 entries"));
        await world.ReadAsync("audit", 1);
        Assert.Equal([10], await MinutesToldAsync(world, 15, "Stream orders: group audit, at 31-1"));
    }

    [Fact]
    public async Task One_that_holds_nothing_back_is_not_told()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("audit");
        await world.AppendAsync(1, 10);
        await world.HandleAsync("audit", 10);

        Assert.Empty(await MinutesToldAsync(world, 30, ""));
    }

    [Fact]
    public async Task Within_its_limits_a_stream_is_held_back_by_nobody()
    {
        using var byLength = new RetentionWorld(maxLength: 10, untilAcknowledged: true);
        using var byAge = new RetentionWorld(maxAge: TimeSpan.FromHours(1), untilAcknowledged: true);
        foreach (var world in (RetentionWorld[])[byLength, byAge])
        {
            await world.CreateGroupAsync("audit");
            await world.AppendAsync(1, 10);
            Assert.Empty(await MinutesToldAsync(world, 59, ""));
        }

        await byLength.AppendAsync(11, 11);
        Assert.Equal([10], await MinutesToldAsync(byLength, 15, "Stream orders: group audit"));
        Assert.NotEmpty(await MinutesToldAsync(byAge, 12, "Stream orders: group audit"));
    }

    [Fact]
    public async Task A_stream_without_any_group_is_told_while_it_grows()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.AppendAsync(1, 10);
        Assert.Equal([10], await MinutesToldAsync(world, 60, "Stream orders is trimmed of what every group has acknowledged, but it has had no group for 00:10:"));

        await world.AppendAsync(11, 12);
        Assert.Equal([0], await MinutesToldAsync(world, 60, "Stream orders is trimmed of what every group has acknowledged, but it has had no group for 01:00:00: it keeps all of its 12 entries, and grows."));
    }

    /// <summary>Looks every 20 seconds.</summary>
    /// <returns>The minutes in which something was told.</returns>
    private static async Task<IReadOnlyList<int>> MinutesToldAsync(RetentionWorld world, int minutes, string expected)
    {
        var told = new List<int>();
        for (var round = 0; round < minutes * 3; round++)
        {
            foreach (var line in await world.ToldAsync())
            {
                Assert.StartsWith(expected, line, StringComparison.Ordinal);
                told.Add(round / 3);
            }
            world.Time.Advance(TimeSpan.FromSeconds(20));
        }
        return told;
    }
}
