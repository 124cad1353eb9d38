using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Consuming;
using static WorkerStreams.Tests.Producing.RetentionWorld;

namespace WorkerStreams.Tests.Producing;

/// <summary>What is trimmed of what groups have acknowledged, and who is told to hold it back.</summary>
public sealed class UntilAcknowledgedTests
{
    [Fact]
    public async Task An_entry_goes_once_every_group_has_acknowledged_it()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.CreateGroupAsync("shipping");
        await world.AppendAsync(1, 50);

        await world.HandleAsync("billing", 50);
        await world.LookAsync();
        Assert.Equal(50, world.Ids.Count());

        await world.HandleAsync("shipping", 33);
        await world.LookAsync();
        Assert.Equal(Enumerable.Range(34, 17), world.Ids);

        await world.HandleAsync("shipping", 17);
        await world.LookAsync();
        Assert.Empty(world.Ids);
        await world.LookAsync();
        Assert.Empty(world.Log);
    }

    [Fact]
    public async Task What_is_pending_stays_with_all_that_comes_after_it()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.CreateGroupAsync("shipping");
        await world.AppendAsync(1, 10);
        await world.HandleAsync("shipping", 10);
        await world.ReadAsync("billing", 10);

        await world.AcknowledgeAsync("billing", 1, 2, 3, 5, 6, 9, 10);
        await world.LookAsync();
        Assert.Equal(Enumerable.Range(4, 7), world.Ids);

        await world.AcknowledgeAsync("billing", 4);
        await world.LookAsync();
        Assert.Equal(Enumerable.Range(7, 4), world.Ids);
    }

    [Fact]
    public async Task Without_a_stream_a_group_or_an_entry_nothing_goes()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.LookAsync();
        await world.AppendAsync(1, 5);
        await world.LookAsync();
        Assert.Equal(5, world.Ids.Count());

        await world.CreateGroupAsync("billing");
        await world.LookAsync();
        Assert.Equal(5, world.Ids.Count());

        await world.HandleAsync("billing", 5);
        await world.LookAsync();
        await world.LookAsync();
        Assert.Empty(world.Ids);
        Assert.Empty(world.Log);
    }

    [Fact]
    public async Task A_position_that_is_set_back_holds_as_what_is_pending_does()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 10);
        await world.HandleAsync("billing", 8);
        await world.ReadAsync("billing", 1);
        await world.Engine.SetGroupIdAsync(Orders, "billing", GroupPosition.After(Id(4)));

        await world.LookAsync();

        Assert.Equal(Enumerable.Range(5, 6), world.Ids);
        Assert.Empty(world.Log);
    }

    [Fact]
    public async Task A_group_made_at_the_end_holds_nothing_and_one_made_at_the_beginning_everything()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.AppendAsync(1, 10);
        await world.CreateGroupAsync("billing", after: 10);
        await world.CreateGroupAsync("audit");
        await world.LookAsync();
        Assert.Equal(10, world.Ids.Count());

        await world.Engine.DestroyGroupAsync(Orders, "audit");
        await world.LookAsync();
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await world.LookAsync();
        Assert.Empty(world.Ids);
    }

    [Fact]
    public async Task A_group_that_has_gone_holds_what_it_had_not_acknowledged_for_ten_minutes()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.CreateGroupAsync("audit");
        await world.AppendAsync(1, 10);
        await world.HandleAsync("billing", 10);
        await world.HandleAsync("audit", 3);
        await world.ReadAsync("audit", 1);
        await world.LookAsync();
        // However long nobody could look.
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.Engine.DestroyGroupAsync(Orders, "audit");
        await world.LookAsync();
        world.Time.Advance(TimeSpan.FromMinutes(9));
        await world.LookAsync();
        Assert.Equal(Enumerable.Range(4, 7), world.Ids);

        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.LookAsync();
        Assert.Empty(world.Ids);
        Assert.Empty(world.Log);
    }

    // One host has room to read, so that it notices at once; the other, whose handlers are all busy, when it renews its leases.
    [Fact]
    public void What_a_host_holds_stays_while_another_makes_the_group_anew_and_goes_when_all_is_settled() => JobWorld.OnManySeeds(world =>
    {
        var (release, handled) = (new TaskCompletionSource(), new List<int>());
        world.Start(
            "busy",
            async (job, context, _) =>
            {
                await release.Task;
                handled.Add(context.DeliveryCount == 1 ? throw new InvalidOperationException() : job.Number);
            },
            options => (options.Concurrency, options.PrefetchCount) = (1, 1),
            (services, _) => services.AddStreamProducer<Job>("jobs", producer => producer.UntilAcknowledged = true));
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        world.Start("free", (job, _, _) =>
        {
            handled.Add(job.Number);
            return default;
        });
        world.Publish(2, 3);
        world.Run(TimeSpan.FromSeconds(30));
        world.DestroyGroup();
        world.Run(TimeSpan.FromMinutes(2));
        release.SetResult();
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal([2, 3, 1], handled);
        world.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(0, JobWorld.Now(world.Engine.GetLengthAsync(JobWorld.Jobs)));
    });

    [Fact]
    public async Task A_length_spares_what_is_not_acknowledged_and_keeps_the_newest_that_are()
    {
        using var world = new RetentionWorld(maxLength: 20, untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 2500);
        await world.HandleAsync("billing", 7);
        await world.LookAsync();
        Assert.Equal(Enumerable.Range(8, 2493), world.Ids);

        await world.HandleAsync("billing", 2490);
        await world.LookAsync();
        Assert.Equal(Enumerable.Range(2481, 20), world.Ids);
        await world.LookAsync();
        Assert.Equal(20, world.Ids.Count());
    }

    [Fact]
    public async Task Two_hosts_that_trim_to_a_length_at_once_take_nothing_twice()
    {
        using var world = new RetentionWorld(maxLength: 20, untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 100);
        await world.HandleAsync("billing", 100);
        world.Way.BeforeCall = method =>
        {
            if (method is nameof(IStreamEngine.GetLengthAsync) or nameof(IStreamEngine.RangeAsync))
                Assert.True(world.TrimAsync(Math.Min(81, world.Ids.First() + 30)).AsTask().IsCompletedSuccessfully);
        };
        await world.LookAsync();
        await world.LookAsync();

        Assert.Equal(Enumerable.Range(81, 20), world.Ids);
    }

    [Fact]
    public async Task An_age_spares_what_is_not_acknowledged_and_keeps_the_younger_that_are()
    {
        using var world = new RetentionWorld(maxAge: TimeSpan.FromMilliseconds(10), untilAcknowledged: true);
        world.Time.Advance(TimeSpan.FromMilliseconds(40));
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 40);
        await world.HandleAsync("billing", 5);
        await world.LookAsync();
        Assert.Equal(6, world.Ids.First());

        await world.HandleAsync("billing", 35);
        await world.LookAsync();
        Assert.Equal(Enumerable.Range(30, 11), world.Ids);
    }

    [Theory]
    [InlineData(5L, null)]
    [InlineData(null, 1)]
    public async Task An_append_trims_nothing(long? maxLength, int? maxAgeSeconds)
    {
        using var world = new ProducerWorld(maxLength: maxLength, maxAge: maxAgeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, untilAcknowledged: true);
        for (var number = 0; number < 10; number++)
        {
            await world.Producer.PublishAsync(ProducerWorld.Order(number));
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }
        await world.Producer.PublishManyAsync([ProducerWorld.Order(10), ProducerWorld.Order(11)]);

        Assert.Equal(12, world.Entries.Count);
    }

    // Also amid a round, where what it has seen is older already.
    [Theory]
    [InlineData(null, false)]
    [InlineData(30L, false)]
    [InlineData(null, true)]
    [InlineData(30L, true)]
    public async Task Nothing_that_a_group_has_not_acknowledged_goes_whatever_happens(long? maxLength, bool amidRounds)
    {
        string[] groups = ["billing", "shipping", "audit"];
        for (var seed = 0; seed < 10; seed++)
        {
            var (random, last) = (new Random(seed), 0);
            using var world = new RetentionWorld(maxLength: maxLength, untilAcknowledged: true);
            var open = groups.ToDictionary(group => group, _ => new SortedSet<int>());
            foreach (var group in groups)
                await world.CreateGroupAsync(group);
            if (amidRounds)
                world.Way.BeforeCall = _ => Assert.True(StepAsync().IsCompletedSuccessfully);
            for (var round = 0; round < 50; round++)
            {
                for (var step = 0; step < 5; step++)
                    await StepAsync();
                await world.LookAsync();
                Assert.Empty(open.Values.SelectMany(ids => ids).Distinct().Except(world.Ids));
            }
            world.Way.BeforeCall = _ => { };
            await world.LookAsync();
            var oldest = open.Values.Select(ids => ids.Count > 0 ? ids.Min : last + 1).Min();
            Assert.Equal(maxLength is { } length ? Math.Min(oldest, Math.Max(1, last + 1 - (int)length)) : oldest, world.Ids.FirstOrDefault(last + 1));
            Assert.Empty(world.Log);

            async Task StepAsync()
            {
                var group = groups[random.Next(groups.Length)];
                switch (random.Next(6))
                {
                    case 0:
                        var first = last + 1;
                        last += random.Next(1, 20);
                        await world.AppendAsync(first, last);
                        foreach (var ids in open.Values)
                            ids.UnionWith(Enumerable.Range(first, last - first + 1));
                        break;
                    case 1 or 2:
                        await world.ReadAsync(group, random.Next(1, 30));
                        break;
                    default:
                        var pending = await world.Engine.GetPendingAsync(new() { Stream = Orders, Group = group, Count = 50 });
                        var done = pending.Where(_ => random.Next(4) > 0).Select(entry => (int)entry.Id.Milliseconds).ToArray();
                        await world.AcknowledgeAsync(group, done);
                        open[group].ExceptWith(done);
                        break;
                }
            }
        }
    }
}
