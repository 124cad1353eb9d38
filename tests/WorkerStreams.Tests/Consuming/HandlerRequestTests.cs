using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Registry;
using Polly.Retry;

namespace WorkerStreams.Tests.Consuming;

/// <summary>What a handler asks for by its context, and which failures go to the dead letters at once.</summary>
public sealed class HandlerRequestTests : IDisposable
{
    private readonly JobWorld _world = new();
    private readonly List<(string Host, long Delivery, TimeSpan At)> _calls = [];

    [Theory]
    [InlineData(7)]
    [InlineData(600)]
    public void A_message_to_be_retried_stays_leased_and_comes_again_after_the_delay(int delaySeconds)
    {
        var delay = TimeSpan.FromSeconds(delaySeconds);
        var host = Start("a", context => context.RetryAfter(delay));
        Start("b", context => context.RetryAfter(delay));
        _world.Publish(1);

        _world.Run((2 * delay) - TimeSpan.FromSeconds(1));
        Assert.All(_calls, call => Assert.Equal(_calls[0].Host, call.Host));
        _world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal([1L, 2, 3], _calls.Take(3).Select(call => call.Delivery));
        Assert.InRange(_calls[1].At - _calls[0].At, delay, delay + TimeSpan.FromMilliseconds(50));
        Assert.InRange(_calls[2].At - _calls[1].At, delay, delay + TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, JobWorld.CountersOf(host).Failed + JobWorld.CountersOf(host).Retried);
    }

    [Fact]
    public void Without_a_delay_it_comes_again_at_once()
    {
        Start("a", context =>
        {
            if (context.DeliveryCount < 3)
                context.RetryAfter(TimeSpan.Zero);
        });
        _world.Publish(1);

        _world.Run(TimeSpan.FromMilliseconds(200));

        Assert.Equal([1L, 2, 3], _calls.Select(call => call.Delivery));
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_message_whose_deliveries_are_used_up_is_not_retried_but_goes_to_the_dead_letters()
    {
        Start("a", context => context.RetryAfter(TimeSpan.FromSeconds(1)), options => options.MaxDeliveries = 3);
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal([1L, 2, 3], _calls.Select(call => call.Delivery));
        var letter = Assert.Single(_world.DeadLetters);
        Assert.Equal(("deliveries-exhausted", "3"), (letter["dead:reason"], letter["dead:deliveries"]));
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_retry_that_its_process_does_not_live_to_see_comes_when_the_lease_has_run_out()
    {
        var host = Start("a", context => context.RetryAfter(TimeSpan.FromHours(1)));
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        host.Process.Kill();
        Start("b", _ => { });

        _world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal([("a", 1L), ("b", 2)], _calls.Select(call => (call.Host, call.Delivery)));
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_message_goes_to_the_dead_letters_with_the_reason_that_the_handler_gives()
    {
        var host = Start("a", context => context.DeadLetter("no such customer: Møller"));
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Single(_calls);
        var letter = Assert.Single(_world.DeadLetters);
        Assert.Equal(("no such customer: Møller", "1"), (letter["dead:reason"], letter["number"]));
        Assert.DoesNotContain("dead:exception", letter);
        Assert.Equal(0, _world.Pending);
        Assert.Equal((0, 1), (JobWorld.CountersOf(host).Failed, JobWorld.CountersOf(host).DeadLettered));
    }

    [Fact]
    public void A_message_left_pending_is_not_renewed_and_comes_again_by_the_sweep()
    {
        var host = Start("a", context => context.LeavePending());
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(50));
        Assert.InRange(Assert.Single(_world.PendingEntries).Idle, TimeSpan.FromSeconds(49), TimeSpan.FromSeconds(50));
        Assert.Equal(0, host.Services.GetRequiredService<WorkerStreams.Consuming.StreamWorker>().Consumers[0].Waiting);
        _world.Run(TimeSpan.FromSeconds(60));

        Assert.Equal([1L, 2], _calls.Select(call => call.Delivery));
        Assert.InRange(_calls[1].At - _calls[0].At, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(100));
        Assert.Equal(1, _world.Pending);
    }

    [Fact]
    public void What_is_asked_for_last_counts()
    {
        Start("a", context =>
        {
            context.RetryAfter(TimeSpan.FromSeconds(1));
            context.LeavePending();
            context.DeadLetter("last");
        });
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal("last", Assert.Single(_world.DeadLetters)["dead:reason"]);
    }

    [Fact]
    public void A_handler_that_throws_has_failed_whatever_it_asked_for()
    {
        Start("a", context =>
        {
            // Within one delivery: thrown after asking, then returned without asking.
            if (_calls.Count > 1)
                return;
            context.DeadLetter("not this time");
            throw new InvalidOperationException();
        });
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([1L, 1], _calls.Select(call => call.Delivery));
        Assert.Empty(_world.DeadLetters);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_handler_that_only_throws_is_redelivered_as_any_other_whatever_it_asked_for()
    {
        Start("a", context =>
        {
            context.RetryAfter(TimeSpan.FromHours(1));
            throw new InvalidOperationException();
        });
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(2, _calls.Max(call => call.Delivery));
    }

    [Fact]
    public void A_lost_entry_is_left_to_its_new_owner_whatever_the_handler_asks_for()
    {
        _world.Start("a", async (_, context, _) =>
        {
            await _world.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
            context.DeadLetter("too late");
        });
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        _world.Steal(_world.PendingEntries[0].Id);

        _world.Run(TimeSpan.FromSeconds(61));

        Assert.Empty(_world.DeadLetters);
        Assert.Equal("thief", Assert.Single(_world.PendingEntries).Consumer.ToString());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-10_000)]
    [InlineData(864_000_000_001)]
    [InlineData(long.MaxValue)]
    public void A_delay_that_is_negative_or_longer_than_a_day_is_refused(long ticks) =>
        AssertRefused<ArgumentOutOfRangeException>(context => context.RetryAfter(new(ticks)), "delay", "Allowed: a delay from zero to 1 day.", $"{new TimeSpan(ticks)}");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void A_dead_letter_needs_a_reason(string? reason) => AssertRefused<ArgumentException>(context => context.DeadLetter(reason!), "reason");

    [Fact]
    public void A_reason_of_more_than_256_characters_is_refused() =>
        AssertRefused<ArgumentException>(context => context.DeadLetter(new('x', 257)), "reason", "The reason has 257 characters. Allowed: 1 to 256.");

    [Fact]
    public void The_ends_of_what_is_allowed_are_allowed()
    {
        Exception? refused = null;
        Start("a", context => refused = Record.Exception(() =>
        {
            context.RetryAfter(TimeSpan.FromDays(1));
            context.RetryAfter(TimeSpan.Zero);
            context.DeadLetter(new('x', 256));
        }));
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Null(refused);
        Assert.Equal(256, Assert.Single(_world.DeadLetters)["dead:reason"].Length);
    }

    [Fact]
    public void An_exception_of_a_type_that_is_final_goes_to_the_dead_letters_without_a_retry()
    {
        var host = Start("a", _ => throw new FileNotFoundException("gone"), options => options.DeadLetterOn<FormatException>().DeadLetterOn<IOException>());
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Single(_calls);
        var letter = Assert.Single(_world.DeadLetters);
        Assert.Equal(("handler-failed", "1"), (letter["dead:reason"], letter["dead:deliveries"]));
        Assert.Contains("gone", letter["dead:exception"], StringComparison.Ordinal);
        Assert.Equal(0, _world.Pending);
        Assert.Equal(1, JobWorld.CountersOf(host).Failed);
    }

    [Fact]
    public void A_pipeline_of_the_application_decides_itself_what_it_retries()
    {
        var pipelines = new ResiliencePipelineRegistry<string>();
        pipelines.TryAddBuilder("two", (builder, _) => builder.AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 1, Delay = TimeSpan.Zero }));
        Start("a", _ => throw new IOException(), options =>
        {
            options.ResiliencePipeline = "two";
            options.DeadLetterOn<IOException>();
        }, pipelines);
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([1L, 1], _calls.Select(call => call.Delivery));
        Assert.Single(_world.DeadLetters);
    }

    /// <inheritdoc/>
    public void Dispose() => _world.Dispose();

    private Simulation.SimulatedHost Start(
        string name, Action<StreamContext> handle, Action<StreamConsumerOptions>? configure = null, ResiliencePipelineProvider<string>? pipelines = null)
    {
        var startedAt = _world.World.Time.GetUtcNow();
        return _world.Start(
            name,
            (_, context, _) =>
            {
                _calls.Add((name, context.DeliveryCount, _world.World.Time.GetUtcNow() - startedAt));
                handle(context);
                return default;
            },
            options =>
            {
                options.MaxDeliveries = 1000;
                configure?.Invoke(options);
            },
            (services, _) =>
            {
                if (pipelines is not null)
                    services.AddSingleton(pipelines);
            });
    }

    // And then nothing was asked for: the message is acknowledged.
    private void AssertRefused<TException>(Action<StreamContext> ask, string parameter, params string[] says)
        where TException : ArgumentException
    {
        TException? refused = null;
        Start("a", context => refused = Assert.ThrowsAny<TException>(() => ask(context)));
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(parameter, refused?.ParamName);
        Assert.All(says, text => Assert.Contains(text, refused!.Message, StringComparison.Ordinal));
        Assert.Equal(0, _world.Pending);
        Assert.Empty(_world.DeadLetters);
    }
}
