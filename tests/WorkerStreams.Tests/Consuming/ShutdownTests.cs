using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Consuming;

/// <summary>The end of a host: nothing is stranded, nothing counts as failed, and it takes no longer than it may, whatever the engine and the handlers do.</summary>
public sealed class ShutdownTests : IDisposable
{
    private readonly JobWorld _world = new();

    [Fact]
    public void An_entry_that_is_read_as_the_host_stops_is_settled_or_handed_back() => JobWorld.OnManySeeds(world =>
    {
        var host = world.Start("a", (_, _, _) => default);
        world.Run(TimeSpan.FromSeconds(1));
        world.Publish(1);

        world.World.Await(host.StopAsync());

        Assert.Equal(world.Pending, world.HandedBack);
    });

    [Fact]
    public void An_entry_that_arrives_after_shutdown_has_begun_is_not_started_but_handed_back() => JobWorld.OnManySeeds(world =>
    {
        var started = new List<int>();
        var release = new TaskCompletionSource();
        var host = world.StartSlow("a", out var slow, async (job, _, _) =>
        {
            started.Add(job.Number);
            await release.Task;
        });
        slow.BeforeArrival = () => world.WaitAsync(TimeSpan.FromSeconds(0.5));
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        world.Publish(2);
        world.Run(TimeSpan.FromSeconds(0.1));

        var stop = host.StopAsync();
        world.Run(TimeSpan.FromSeconds(1));
        release.SetResult();
        world.World.Await(stop);

        Assert.Equal([1], started);
        Assert.Equal((1, 1), (world.Pending, world.HandedBack));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_handed_back_starts_elsewhere_within_two_seconds(bool elsewhereIsNew) => JobWorld.OnManySeeds(world =>
    {
        var a = world.Start("a", world.Never, static options => options.Concurrency = 1);
        world.Publish([.. Enumerable.Range(0, 20)]);
        world.Run(TimeSpan.FromSeconds(1));
        var started = new List<(int Number, long Delivery)>();
        ValueTask Handle(Job job, StreamContext context, CancellationToken _)
        {
            started.Add((job.Number, context.DeliveryCount));
            return default;
        }
        if (!elsewhereIsNew)
            world.Start("b", Handle);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(started);

        _ = a.StopAsync();
        if (elsewhereIsNew)
            world.Start("b", Handle);
        world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(Enumerable.Range(1, 19).Select(static number => (number, 1L)), started.Order());
    });

    [Fact]
    public void Nothing_is_lost_when_the_group_is_lost_as_the_host_stops() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var healthy = false;
        for (var start = 0; start < 2; start++)
        {
            var host = world.Start(
                "a",
                async (job, _, cancellation) =>
                {
                    if (job.Number == 1 && !healthy)
                        throw new InvalidOperationException();
                    await world.WaitAsync(TimeSpan.FromSeconds(1), cancellation);
                    handled.Add(job.Number);
                },
                options => (options.StartFrom, options.Concurrency) = (GroupStart.End, 2));
            if (start > 0)
                break;
            world.Publish(1, 2, 3, 4, 5, 6);
            world.Run(TimeSpan.FromSeconds(2.5));
            world.DestroyGroup();
            world.Publish(7);
            healthy = true;
            world.World.Await(host.StopAsync(), TimeSpan.FromSeconds(5));
        }

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], handled.Order());
        Assert.Equal((0L, 0L), (world.Pending, world.Lag));
    });

    [Fact]
    public void Settlements_that_fail_while_the_host_stops_are_tried_again_without_a_hot_loop() => JobWorld.OnManySeeds(world =>
    {
        var release = new TaskCompletionSource();
        var host = world.Start("a", async (_, _, _) => await release.Task);
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(world.World.Random.Next(60)));
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR down");
        };
        var before = host.Engine.Calls.Count;

        var stop = host.StopAsync();
        release.SetResult();
        world.World.Await(stop);

        Assert.InRange(host.Engine.Calls.Skip(before).Count(static call => call == "settle"), 3, 10);
        Assert.Equal(1, world.Pending);
    });

    [Fact]
    public void Settlements_that_failed_are_sent_when_the_engine_is_back_while_the_host_stops()
    {
        var host = _world.Start("a", (_, _, _) => default);
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR down");
        };
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(40));

        var stop = host.StopAsync();
        _world.Run(TimeSpan.FromSeconds(1));
        host.Engine.BeforeCall = null;
        _world.World.Await(stop, TimeSpan.FromSeconds(5));

        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_settlement_without_an_answer_does_not_keep_the_host_from_stopping()
    {
        var host = _world.StartSlow("a", out var slow, _world.Never);
        slow.BeforeSettling = () => new TaskCompletionSource().Task;
        _world.Publish([.. Enumerable.Range(0, 20)]);
        _world.Run(TimeSpan.FromSeconds(1));

        _world.World.Await(host.StopAsync(), TimeSpan.FromSeconds(29));
    }

    [Fact]
    public void Telling_of_what_was_handed_back_holds_up_no_settlement_and_is_waited_for()
    {
        var host = _world.StartSlow(
            "a",
            out var slow,
            (_, _, cancellation) => new(_world.WaitAsync(TimeSpan.FromSeconds(5), cancellation)),
            options => options.Concurrency = 1);
        slow.BeforeAppending = () => _world.WaitAsync(TimeSpan.FromSeconds(15));
        _world.Publish(1, 2);
        _world.Run(TimeSpan.FromSeconds(1));

        var stop = host.StopAsync();
        _world.Run(TimeSpan.FromSeconds(5));
        Assert.Equal((1, 1, false), (_world.Pending, _world.HandedBack, stop.IsCompleted));
        _world.World.Await(stop);
        Assert.Equal(1, JobWorld.Now(_world.Engine.GetLengthAsync(JobWorld.Jobs.Companion("handed-back"))));
    }

    [Fact]
    public void A_read_without_an_answer_does_not_keep_the_host_from_stopping()
    {
        var host = _world.StartSlow("a", out var slow, _world.Never);
        slow.BeforeArrival = () => new TaskCompletionSource().Task;
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));

        _world.World.Await(host.StopAsync(), TimeSpan.FromSeconds(29));
    }

    [Theory]
    [InlineData("-00:00:00.001")]
    [InlineData("60.00:00:00")]
    [InlineData("10675199.02:48:05.4775807")]
    public void A_time_for_shutdown_without_end_or_nearly_so_is_no_limit(string limit)
    {
        var handled = 0;
        var host = _world.Start(
            "a",
            async (_, _, cancellation) =>
            {
                await _world.WaitAsync(TimeSpan.FromMinutes(10), cancellation);
                handled++;
            },
            register: (services, _) => services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Parse(limit, null)));
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));

        _world.World.Await(host.StopAsync(), TimeSpan.FromMinutes(11));

        Assert.Equal((1, 0), (handled, _world.Pending));
    }

    [Fact]
    public void When_the_host_gives_up_early_the_handlers_are_told()
    {
        var told = false;
        var host = _world.Start("a", async (_, _, cancellation) =>
        {
            await using var registration = cancellation.Register(() => told = true);
            await _world.WaitAsync(Timeout.InfiniteTimeSpan, cancellation);
        });
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        using var giveUp = new CancellationTokenSource(TimeSpan.FromSeconds(5), _world.World.Time);

        _world.World.Await(StopAsync(host, giveUp.Token), TimeSpan.FromSeconds(5));
        _world.Run(TimeSpan.Zero);

        Assert.True(told);
        Assert.Equal(1, _world.HandedBack);
    }

    [Fact]
    public void A_host_that_is_disposed_without_being_stopped_reads_no_more_and_its_handlers_are_told()
    {
        var started = 0;
        var host = _world.Start("a", (job, context, cancellation) =>
        {
            started++;
            return _world.Never(job, context, cancellation);
        });
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));

        _world.World.Await(host.Process.Run(() => ((IAsyncDisposable)host.Services).DisposeAsync().AsTask()));
        _world.Publish(2);
        var before = host.Engine.Calls.Count;
        _world.Run(TimeSpan.FromMinutes(30));

        Assert.Equal((1, 1), (started, _world.HandedBack));
        Assert.Equal(1, _world.Lag);
        Assert.InRange(host.Engine.Calls.Count - before, 0, 2);
    }

    [Fact]
    public void Restarts_do_not_use_up_the_deliveries_of_a_handler_that_they_break_off()
    {
        var handled = new List<long>();
        for (var deploy = 0; deploy < 12; deploy++)
        {
            var host = _world.Start("a", async (_, context, cancellation) =>
            {
                await _world.WaitAsync(TimeSpan.FromMinutes(2), cancellation);
                handled.Add(context.DeliveryCount);
            });
            if (deploy == 0)
                _world.Publish(1);
            _world.Run(TimeSpan.FromSeconds(10));
            _world.World.Await(host.StopAsync());
        }
        _world.Start("a", (_, context, _) =>
        {
            handled.Add(context.DeliveryCount);
            return default;
        });

        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Empty(_world.DeadLetters);
        Assert.Equal([1], handled);
    }

    [Fact]
    public void A_handler_that_turns_our_cancellation_into_another_exception_has_not_failed()
    {
        var host = _world.Start("a", Convert, options => options.MaxDeliveries = 1);
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));

        _world.World.Await(host.StopAsync());

        Assert.Empty(_world.DeadLetters);
        Assert.Equal(1, _world.HandedBack);

        async ValueTask Convert(Job job, StreamContext context, CancellationToken cancellation)
        {
            try
            {
                await _world.Never(job, context, cancellation);
            }
            catch (OperationCanceledException)
            {
                throw new InvalidOperationException("cancelled by user");
            }
        }
    }

    [Fact]
    public void What_a_handler_has_registered_on_its_tokens_may_throw_and_the_others_are_told_all_the_same()
    {
        var told = 0;
        var host = _world.Start("a", async (job, context, cancellation) =>
        {
            cancellation.Register(() => throw new InvalidOperationException("a callback"));
            context.Stopping.Register(() => throw new InvalidOperationException("another"));
            try
            {
                await _world.Never(job, context, cancellation);
            }
            finally
            {
                told++;
            }
        });
        _world.Publish(1, 2, 3);
        _world.Run(TimeSpan.FromSeconds(1));

        _world.World.Await(host.StopAsync(), TimeSpan.FromSeconds(29));

        Assert.Equal((3, 3), (told, _world.HandedBack));
    }

    [Fact]
    public void What_is_handed_back_is_not_leased_anew_by_a_renewal_that_was_under_way()
    {
        var (slow, stopping) = (false, false);
        var host = _world.Start("a", _world.Never, options => (options.Concurrency, options.MinIdleTime) = (1, TimeSpan.FromSeconds(30)));
        host.Engine.BeforeCall = call => slow = call == "settle" && !stopping;
        host.Engine.Latency = () => slow ? _world.WaitAsync(TimeSpan.FromSeconds(2)) : Task.CompletedTask;
        _world.Publish(1, 2);
        _world.Run(TimeSpan.FromSeconds(20.5));

        stopping = true;
        _ = host.StopAsync();
        _world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(1, _world.HandedBack);
    }

    public void Dispose() => _world.Dispose();

    private static Task StopAsync(SimulatedHost host, CancellationToken cancellation) => host.Process.Run(async () =>
    {
        foreach (var service in host.Services.GetServices<IHostedService>())
            await service.StopAsync(cancellation);
    });
}
