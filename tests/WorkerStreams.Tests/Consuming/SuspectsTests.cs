using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Consuming;

/// <summary>Entries of which nobody tells how their last delivery ended: one of them may end the process, again and again, and is to take no other with it.</summary>
public sealed class SuspectsTests : IDisposable
{
    private readonly JobWorld _world = new();

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void Only_those_that_handlers_are_free_for_are_taken(string successor)
    {
        _world.LeaveBehind("a", 200);

        _world.Start(successor, _world.Never, static options => options.Concurrency = 4);
        _world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(4, _world.PendingEntries.Count(static entry => entry.DeliveryCount == 2));
        Assert.Equal(196, _world.PendingEntries.Count(static entry => entry.DeliveryCount == 1));
    }

    [Theory]
    [InlineData("a", 5, 1)]
    [InlineData("b", 5, 1)]
    [InlineData("a", 3, 1)]
    [InlineData("b", 3, 2)]
    [InlineData("a", 2, 1)]
    [InlineData("b", 2, 2)]
    public void What_ends_the_process_goes_to_the_dead_letters_alone(string successor, int maxDeliveries, int deadly) => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<(int Number, DateTimeOffset At)>();
        var deaths = new List<DateTimeOffset>();
        SimulatedHost? host = null;
        SimulatedHost Start() => world.Start(
            deaths.Count % 2 == 0 ? "a" : successor,
            async (job, _, cancellation) =>
            {
                await world.WaitAsync(TimeSpan.FromMilliseconds(100), cancellation);
                if (job.Number % 40 == 20 && job.Number < 40 * deadly)
                {
                    deaths.Add(world.World.Time.GetUtcNow());
                    host!.Process.Kill();
                    // The dead take no further step.
                    await Task.Yield();
                }
                handled.Add((job.Number, world.World.Time.GetUtcNow()));
            },
            options => (options.PrefetchCount, options.MaxDeliveries) = (1000, maxDeliveries));
        world.LeaveBehind("x", 0);
        world.Publish([.. Enumerable.Range(0, 100)]);

        while (world.Pending > 0 || world.Lag > 0)
        {
            if (host?.Process.IsDead ?? true)
                host = Start();
            world.Run(TimeSpan.FromSeconds(10));
        }

        Assert.InRange(deaths.Count, maxDeliveries, deadly * maxDeliveries);
        Assert.Equal(deadly, world.DeadLetters.Count);
        Assert.All(world.DeadLetters, static letter => Assert.Equal("deliveries-exhausted", letter["dead:reason"]));
        Assert.Equal(100 - deadly, handled.DistinctBy(static entry => entry.Number).Count());
        // Handled again is only what had no time to be settled before the first death.
        Assert.All(
            handled.GroupBy(static entry => entry.Number).SelectMany(static same => same.SkipLast(1)),
            entry => Assert.InRange((deaths[0] - entry.At).TotalMilliseconds, 0, 100));
    });

    [Fact]
    public void What_was_left_behind_twice_is_handled_while_nothing_else_is() => JobWorld.OnManySeeds(world =>
    {
        world.LeaveBehind("a", 20);
        world.LeaveBehind("a", 0, options => options.Concurrency = 20);
        var (running, most, alone) = (0, 0, 0);
        world.Start("b", async (_, context, cancellation) =>
        {
            running++;
            await world.WaitAsync(TimeSpan.FromMilliseconds(context.DeliveryCount * 100), cancellation);
            if (context.DeliveryCount > 2)
            {
                alone++;
                Assert.Equal(1, running);
            }
            most = Math.Max(most, running);
            running--;
        });
        for (var second = 0; second < 120; second++)
        {
            world.Publish(1000, 1001, 1002);
            world.Run(TimeSpan.FromSeconds(1));
        }
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(20, alone);
        Assert.Equal(0, world.Pending);
        Assert.Empty(world.DeadLetters);
        Assert.InRange(most, 2, 8);
    });

    [Fact]
    public void A_handler_that_takes_long_holds_up_neither_what_is_to_run_alone_nor_what_is_new_for_longer_than_a_lease() => JobWorld.OnManySeeds(world =>
    {
        var (handled, started) = (new List<int>(), 0);
        world.Start(
            "b",
            (job, context, cancellation) =>
            {
                if (++started == 1)
                    return world.Never(job, context, cancellation);
                handled.Add(job.Number);
                return default;
            },
            static options => options.Concurrency = 4);
        world.Publish(1000);
        world.Run(TimeSpan.FromSeconds(1));
        world.LeaveBehind("a", 3);
        world.LeaveBehind("a", 0, static options => options.Concurrency = 20);
        world.Run(TimeSpan.FromSeconds(62));

        for (var number = 2000; number < 2240; number++)
        {
            world.Publish(number);
            world.Run(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 1, 2, .. Enumerable.Range(2000, 240)], handled.Order());
    });

    [Fact]
    public void When_one_that_ran_alone_has_ended_all_handlers_are_there_for_what_came_meanwhile() => JobWorld.OnManySeeds(world =>
    {
        world.LeaveBehind("a", 1);
        world.LeaveBehind("a", 0);
        var (running, most) = (0, 0);
        world.Start("a", async (job, _, cancellation) =>
        {
            most = Math.Max(most, ++running);
            await world.WaitAsync(TimeSpan.FromSeconds(10), cancellation);
            running--;
        });
        world.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(1, running);
        for (var number = 1; number < 8; number++)
        {
            world.Publish(number);
            world.Run(TimeSpan.FromSeconds(0.5));
        }
        Assert.Equal(1, most);
        world.Run(TimeSpan.FromSeconds(8));

        Assert.Equal(7, running);
    });

    [Fact]
    public void What_runs_alone_costs_those_behind_it_no_delivery() => JobWorld.OnManySeeds(world =>
    {
        world.LeaveBehind("a", 1);
        world.LeaveBehind("a", 0);
        world.LeaveBehind("x", 20);

        world.Start("b", world.Never);
        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([3, .. Enumerable.Repeat(1L, 20)], world.PendingEntries.Select(static entry => entry.DeliveryCount));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void They_and_new_entries_do_not_hold_up_each_other(int concurrency) => JobWorld.OnManySeeds(world =>
    {
        world.LeaveBehind("a", 125 * concurrency);
        var handled = new List<int>();
        world.Start(
            "b",
            async (job, _, cancellation) =>
            {
                await world.WaitAsync(TimeSpan.FromSeconds(1), cancellation);
                handled.Add(job.Number);
            },
            options => (options.Concurrency, options.PrefetchCount) = (concurrency, 256));
        world.Run(TimeSpan.FromMinutes(2));
        handled.Clear();
        world.Publish([.. Enumerable.Range(1000, 60 * concurrency)]);

        world.Run(TimeSpan.FromSeconds(40));

        // Half each, but for what was under way.
        Assert.InRange(handled.Count(static number => number >= 1000), 15 * concurrency, 25 * concurrency);
        Assert.InRange(handled.Count(static number => number < 1000), 15 * concurrency, 25 * concurrency);
    });

    public void Dispose() => _world.Dispose();
}
