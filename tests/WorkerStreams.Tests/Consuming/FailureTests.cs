using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Consuming;

/// <summary>What goes wrong while a consumer runs: nothing is lost, and the engine is not hammered.</summary>
public sealed class FailureTests
{
    // "No hot loop": what a minute may cost at most, once the trouble has begun.
    private const int MostCallsInAMinute = 16;

    [Fact]
    public void A_handler_that_always_throws_gives_a_dead_letter_after_the_last_delivery() => JobWorld.OnManySeeds(world =>
    {
        var deliveries = new List<long>();
        var host = world.Start("a", (_, context, _) =>
        {
            deliveries.Add(context.DeliveryCount);
            throw new InvalidOperationException("out of stock");
        });
        var id = world.Append(("number", "7"), ("note", "kept"));

        AssertCalm(world, host, TimeSpan.FromMinutes(10));

        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], deliveries);
        var letter = Assert.Single(world.DeadLetters);
        Assert.Equal("handler-failed", letter["dead:reason"]);
        Assert.Contains("out of stock", letter["dead:exception"], StringComparison.Ordinal);
        Assert.Equal(id.ToString(), letter["dead:id"]);
        Assert.Equal("5", letter["dead:deliveries"]);
        Assert.Equal("7", letter["number"]);
        Assert.Equal("kept", letter["note"]);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void A_payload_that_cannot_be_decoded_goes_to_the_dead_letters_at_once_and_the_next_is_handled() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var host = world.Start("a", Handle(handled));
        world.Append(("number", "seven"), ("note", "raw"));
        world.Publish(8);

        AssertCalm(world, host, TimeSpan.FromMinutes(5));

        Assert.Equal([8], handled);
        var letter = Assert.Single(world.DeadLetters);
        Assert.Equal("undecodable", letter["dead:reason"]);
        Assert.Equal("1", letter["dead:deliveries"]);
        Assert.Equal("seven", letter["number"]);
        Assert.Equal("raw", letter["note"]);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void A_group_that_is_destroyed_is_made_anew_and_nothing_is_lost_or_handled_twice() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var release = new TaskCompletionSource();
        var host = world.Start("a", async (job, _, _) =>
        {
            if (job.Number == 2)
                await release.Task;
            handled.Add(job.Number);
        });
        world.Publish(1, 2, 3);
        world.Run(TimeSpan.FromSeconds(1));
        world.DestroyGroup();
        world.Publish(4);

        AssertCalm(world, host, TimeSpan.FromMinutes(5));
        release.SetResult();
        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2, 3, 4], handled.Order());
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void A_stream_that_is_deleted_is_made_anew_and_what_comes_later_is_handled() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var host = world.Start("a", Handle(handled));
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.True(JobWorld.Now(world.Engine.DeleteStreamAsync(JobWorld.Jobs)));
        // A new stream whose ids start below what was read before.
        world.Run(TimeSpan.Zero);
        JobWorld.Now(world.Engine.AppendAsync(JobWorld.Jobs, new(EntryFields.Of(("number", "2")), NewEntryId.Explicit(new(5, 1)))));

        AssertCalm(world, host, TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2], handled);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void Entries_of_a_recreated_stream_are_not_skipped_when_the_loss_is_noticed_late() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var host = world.Start("a", Handle(handled));
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        Assert.True(JobWorld.Now(world.Engine.DeleteStreamAsync(JobWorld.Jobs)));
        JobWorld.Now(world.Engine.AppendAsync(JobWorld.Jobs, new(EntryFields.Of(("number", "2")), NewEntryId.Explicit(new(5, 1)))));

        AssertCalm(world, host, TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2], handled);
    });

    [Fact]
    public void An_engine_that_fails_is_asked_again_with_back_off_and_nothing_is_lost() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var host = world.Start("a", Handle(handled));
        host.Engine.BeforeCall = _ => throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR down");
        world.Publish(1, 2, 3);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.InRange(host.Engine.Calls.Count, 5, 40);
        AssertCalm(world, host, TimeSpan.FromMinutes(10));
        host.Engine.BeforeCall = null;

        world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal([1, 2, 3], handled.Order());
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void Acknowledgements_that_fail_are_sent_again_and_nothing_is_handled_twice() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var host = world.Start("a", Handle(handled));
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR down");
        };
        world.Publish(1, 2, 3);
        world.Run(TimeSpan.FromSeconds(50));
        Assert.Equal(3, world.Pending);
        host.Engine.BeforeCall = null;

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal([1, 2, 3], handled.Order());
        Assert.Equal(0, world.Pending);
    });

    [Theory]
    [InlineData(GroupStart.Beginning)]
    [InlineData(GroupStart.End)]
    public void A_group_that_is_lost_while_the_reading_starts_anew_is_made_where_it_was(GroupStart start) => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        var host = world.Start("a", Handle(handled), options => (options.StartFrom, options.BlockTime) = (start, TimeSpan.FromSeconds(1)));
        world.Publish(1, 2, 3);
        world.Run(TimeSpan.FromSeconds(5));
        host.Engine.BeforeCall = call =>
        {
            if (call == "read group")
                JobWorld.Refuse(call);
        };
        world.Run(TimeSpan.FromSeconds(2));
        world.DestroyGroup();
        world.Publish(4, 5);
        host.Engine.BeforeCall = null;

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2, 3, 4, 5], handled.Order());
        Assert.Equal((0L, 0L), (world.Pending, world.Lag));
    });

    [Fact]
    public void A_dead_letter_is_not_lost_when_its_group_is() => JobWorld.OnManySeeds(world =>
    {
        var host = world.Start("a", (_, _, _) => default);
        world.Run(TimeSpan.FromSeconds(1));
        world.Append(("number", "seven"));
        for (var steps = world.World.Random.Next(12); steps > 0; steps--)
            world.World.Loop.Run(TimeSpan.Zero, OneStep());
        world.DestroyGroup();

        AssertCalm(world, host, TimeSpan.FromMinutes(5));

        Assert.Equal("undecodable", Assert.Single(world.DeadLetters)["dead:reason"]);
        Assert.Equal((0L, 0L), (world.Pending, world.Lag));

        static Func<bool> OneStep()
        {
            var steps = 0;
            return () => steps++ > 0;
        }
    });

    [Fact]
    public void A_dead_letter_is_not_lost_while_its_group_is_away_for_long() => JobWorld.OnManySeeds(world =>
    {
        var release = new TaskCompletionSource();
        var host = world.Start(
            "a",
            async (_, _, _) =>
            {
                await release.Task;
                throw new InvalidOperationException();
            },
            options => options.MaxDeliveries = 1);
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(1));
        for (var losses = 0; losses < 5; losses++)
        {
            world.DestroyGroup();
            world.Run(TimeSpan.FromSeconds(40));
        }
        world.DestroyGroup();
        release.SetResult();

        AssertCalm(world, host, TimeSpan.FromMinutes(5));

        Assert.Single(world.DeadLetters);
        Assert.Equal((0L, 0L), (world.Pending, world.Lag));
    });

    [Fact]
    public void Reading_that_fails_again_and_again_uses_up_no_deliveries() => JobWorld.OnManySeeds(world =>
    {
        var deliveries = new List<long>();
        var host = world.Start(
            "a",
            (_, context, _) =>
            {
                deliveries.Add(context.DeliveryCount);
                return context.DeliveryCount == 1 ? throw new InvalidOperationException() : default;
            },
            options => (options.BlockTime, options.RedeliveryDelay) = (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
        world.Publish(1);
        world.Run(TimeSpan.FromSeconds(3));
        var reads = 0;
        host.Engine.BeforeCall = call =>
        {
            if (call == "read group" && ++reads % 3 == 0)
                JobWorld.Refuse(call);
        };

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([1, 1, 1, 2], deliveries);
        Assert.Empty(world.DeadLetters);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void What_cannot_be_resumed_at_once_is_resumed_later_and_each_entry_once() => JobWorld.OnManySeeds(world =>
    {
        var dead = world.Start("a", world.Never);
        world.Publish([.. Enumerable.Range(0, 100)]);
        world.Run(TimeSpan.FromSeconds(1));
        dead.Process.Kill();
        var counts = new Dictionary<int, long>();
        var calls = 0;
        world.Start(
            "a",
            (job, context, _) =>
            {
                counts.Add(job.Number, context.DeliveryCount);
                return default;
            },
            options => (options.PrefetchCount, options.Concurrency) = (20, 2),
            (_, host) => host.Engine.BeforeCall = call =>
            {
                if (call == "read group" && ++calls is 3 or 5)
                    JobWorld.Refuse(call);
            });

        world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(Enumerable.Repeat(2L, 100), counts.Values);
        Assert.Equal(0, world.Pending);
    });

    [Fact]
    public void An_exception_that_cannot_be_shown_does_no_harm() => JobWorld.OnManySeeds(world =>
    {
        var handled = new List<int>();
        using var log = new ShowingLog();
        world.Start(
            "a",
            (job, _, _) =>
            {
                handled.Add(job.Number);
                return job.Number % 2 == 1 ? throw new UnspeakableException() : default;
            },
            options => (options.Concurrency, options.MaxDeliveries) = (1, 2),
            (services, _) => services.AddLogging(logging => logging.AddProvider(log)));
        world.Publish(1, 2, 3, 4);

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3, 4], handled.Order());
        Assert.All(world.DeadLetters, letter => Assert.Equal(typeof(UnspeakableException).ToString(), letter["dead:exception"]));
        Assert.Equal((2, 0), (world.DeadLetters.Count, world.Pending));
        Assert.Equal(2, log.Shown.Count(line => line.Contains("went to the dead letters", StringComparison.Ordinal)));
    });

    [Fact]
    public void Whoever_listens_to_telemetry_may_throw_and_the_others_are_handled()
    {
        using var world = new JobWorld();
        var calls = new List<int>();
        var host = world.Start(
            "a",
            (job, _, _) =>
            {
                calls.Add(job.Number);
                return default;
            },
            options => options.Concurrency = 1);
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("a listener"));
        listener.EnableMeasurementEvents(host.Services.GetRequiredService<StreamTelemetry>().Consumed);
        world.Publish(1, 2, 3);

        world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([1, 2, 3], calls);
        Assert.Equal(3, JobWorld.CountersOf(host).Failed);
    }

    private static Func<Job, StreamContext, CancellationToken, ValueTask> Handle(List<int> handled) => (job, _, _) =>
    {
        handled.Add(job.Number);
        return default;
    };

    private static void AssertCalm(JobWorld world, SimulatedHost host, TimeSpan duration)
    {
        for (var minute = 0; minute < duration.TotalMinutes; minute++)
        {
            var before = host.Engine.Calls.Count;
            world.Run(TimeSpan.FromMinutes(1));
            var calls = host.Engine.Calls.Skip(before).ToList();
            Assert.True(calls.Count <= MostCallsInAMinute, $"{calls.Count} calls in minute {minute + 1}: {string.Join(", ", calls)}");
        }
    }

    private sealed class UnspeakableException : Exception
    {
        public override string ToString() => throw new InvalidOperationException("nothing to say");
    }

    private sealed class ShowingLog : ILoggerProvider, ILogger
    {
        public List<string> Shown { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Shown.Add($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
