using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Registry;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Consuming;

/// <summary>How messages reach handlers: order, concurrency, prefetch, scopes, pipelines, time-outs, acknowledgements.</summary>
public sealed class HandlingTests : IDisposable
{
    private readonly JobWorld _world = new();

    [Fact]
    public void With_concurrency_1_messages_are_handled_in_order()
    {
        var handled = new List<int>();
        _world.Start("a", async (job, _, cancellation) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_world.World.Random.Next(10)), _world.World.Time, cancellation);
            handled.Add(job.Number);
        }, options => options.Concurrency = 1);
        _world.Publish([.. Enumerable.Range(0, 500)]);

        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(Enumerable.Range(0, 500), handled);
    }

    [Fact]
    public void No_more_handlers_run_than_allowed_and_as_many_as_allowed()
    {
        var (running, most) = (0, 0);
        _world.Start("a", async (_, _, cancellation) =>
        {
            most = Math.Max(most, ++running);
            await Task.Delay(TimeSpan.FromSeconds(1), _world.World.Time, cancellation);
            running--;
        }, options => options.Concurrency = 5);
        _world.Publish([.. Enumerable.Range(0, 100)]);

        _world.Run(TimeSpan.FromSeconds(21));

        Assert.Equal(5, most);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_slow_handler_does_not_make_the_consumer_read_more_than_it_may_hold()
    {
        _world.Start("count", Never, options => (options.Concurrency, options.PrefetchCount) = (2, 10));
        _world.Publish([.. Enumerable.Range(0, 100)]);

        _world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(_world.Pending, 2, 10);
    }

    [Fact]
    public void A_slow_handler_does_not_make_the_consumer_read_more_bytes_than_it_may_hold()
    {
        _world.Start("bytes", Never, options => (options.Concurrency, options.PrefetchBytes) = (2, 10_000));
        for (var i = 0; i < 100; i++)
            _world.Append(("number", "1"), ("ballast", new string('x', 1000)));

        _world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(_world.Pending, 2, 11);
    }

    [Fact]
    public void Acknowledgements_are_gathered_and_sent_at_once_when_nothing_is_left_to_do()
    {
        var handled = 0;
        var host = _world.Start("a", (_, _, _) =>
        {
            handled++;
            return default;
        });
        _world.Publish([.. Enumerable.Range(0, 10_000)]);

        // No time passes: nothing waits for a timer.
        _world.Run(TimeSpan.Zero);

        Assert.Equal(10_000, handled);
        Assert.Equal(0, _world.Pending);
        Assert.InRange(host.Engine.Calls.Count(call => call == "settle"), 10, 250);
    }

    [Fact]
    public void Each_call_of_a_scoped_handler_has_a_scope_of_its_own_which_is_disposed()
    {
        var log = new ScopeLog();
        var host = _world.World.CreateHost("a", (services, _) =>
        {
            services.AddSingleton(log);
            services.AddScoped<ScopeProbe>();
            services.AddStreamConsumer<Job, ScopedHandler>("jobs", JobWorld.Group);
        });
        _world.World.Await(host.StartAsync());
        _world.Publish(1, 2, 3);

        _world.Run(TimeSpan.FromSeconds(5));

        // Job 2 fails once: its second call has a new scope.
        Assert.Equal(4, log.Made);
        Assert.Equal(4, log.Disposed);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_pipeline_of_the_registry_replaces_the_built_in_one()
    {
        var calls = 0;
        var pipelines = new ResiliencePipelineRegistry<string>();
        pipelines.TryAddBuilder("seven", (builder, _) => builder.AddRetry(new()
        {
            MaxRetryAttempts = 6,
            Delay = TimeSpan.Zero,
            ShouldHandle = new PredicateBuilder().Handle<InvalidOperationException>(),
        }));
        var host = _world.World.CreateHost("a", (services, _) =>
        {
            services.AddSingleton<ResiliencePipelineProvider<string>>(pipelines);
            services.AddSingleton(new JobHandler((_, _, _) => ++calls < 7 ? throw new InvalidOperationException() : default));
            services.AddStreamConsumer<Job, JobHandler>("jobs", JobWorld.Group, options => options.ResiliencePipeline = "seven");
        });
        _world.World.Await(host.StartAsync());
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(7, calls);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_handler_past_its_time_out_is_cancelled_and_its_call_counts_as_failed()
    {
        var calls = new List<TimeSpan>();
        var startedAt = _world.World.Time.GetUtcNow();
        _world.Start("a", async (_, context, cancellation) =>
        {
            calls.Add(_world.World.Time.GetUtcNow() - startedAt);
            if (calls.Count == 1)
                await Task.Delay(Timeout.InfiniteTimeSpan, _world.World.Time, cancellation);
        }, options => options.HandlerTimeout = TimeSpan.FromSeconds(3));
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(4));

        Assert.Equal(2, calls.Count);
        Assert.InRange(calls[1].TotalSeconds, 3, 3.9);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_cancellation_that_is_not_ours_is_a_failure_like_any_other()
    {
        var calls = 0;
        _world.Start("a", (_, _, _) => ++calls < 3 ? throw new OperationCanceledException("theirs") : default);
        _world.Publish(1);

        _world.Run(TimeSpan.FromSeconds(2));

        Assert.Equal(3, calls);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void The_context_tells_where_a_message_comes_from()
    {
        StreamEntryId id = default;
        var checks = 0;
        _world.Start("a", (job, context, _) =>
        {
            Assert.Equal(id, context.Id);
            Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds((long)id.Milliseconds), context.AppendedAt);
            Assert.Equal(JobWorld.Jobs, context.Stream);
            Assert.Equal(JobWorld.Group, context.Group.ToString());
            Assert.Equal("a", context.Consumer.ToString());
            Assert.Equal(1, context.DeliveryCount);
            Assert.Empty(context.Headers);
            Assert.False(context.Stopping.IsCancellationRequested);
            checks = job.Number;
            return default;
        });
        id = _world.Append(("number", "5"));

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(5, checks);
    }

    [Fact]
    public void A_group_that_starts_at_the_end_sees_only_what_comes_after_it()
    {
        var handled = new List<int>();
        _world.Publish(1, 2);
        _world.Start("a", (job, _, _) =>
        {
            handled.Add(job.Number);
            return default;
        }, options => options.StartFrom = GroupStart.End);
        _world.Publish(3);

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([3], handled);
    }

    [Fact]
    public void What_is_published_by_the_producer_reaches_the_handler_with_its_headers()
    {
        var received = new List<(Job Job, string Tenant)>();
        var host = _world.World.CreateHost("a", (services, _) =>
        {
            services.AddSingleton(new JobHandler((job, context, _) =>
            {
                received.Add((job, context.Headers["tenant"]));
                return default;
            }));
            services.AddStreamConsumer<Job, JobHandler>("jobs", JobWorld.Group);
            services.AddStreamProducer<Job>("jobs");
        });
        _world.World.Await(host.StartAsync());
        var producer = host.Services.GetRequiredService<IStreamProducer<Job>>();
        _world.World.Await(host.Process.Run(async () =>
            await producer.PublishAsync(new(42), new() { Headers = new Dictionary<string, string> { ["tenant"] = "acme" } })));

        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([(new Job(42), "acme")], received);
    }

    [Fact]
    public void After_the_host_has_stopped_a_publish_is_refused_and_says_so()
    {
        var host = _world.World.CreateHost("a", (services, _) => services.AddStreamProducer<Job>("jobs"));
        _world.World.Await(host.StartAsync());
        var producer = host.Services.GetRequiredService<IStreamProducer<Job>>();
        _world.World.Await(host.StopAsync());

        var refused = Assert.Throws<PublishException>(() => _world.World.Await(host.Process.Run(async () => await producer.PublishAsync(new(1)))));

        Assert.Equal(PublishFailure.NotStored, refused.Failure);
    }

    public void Dispose() => _world.Dispose();

    private ValueTask Never(Job job, StreamContext context, CancellationToken cancellation) =>
        new(Task.Delay(Timeout.InfiniteTimeSpan, _world.World.Time, cancellation));
}

/// <summary>Counts scopes.</summary>
public sealed class ScopeLog
{
    /// <summary>Whether the handler has failed.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Scoped services made.</summary>
    public int Made { get; set; }

    /// <summary>Scoped services disposed.</summary>
    public int Disposed { get; set; }
}

/// <summary>A scoped service.</summary>
public sealed class ScopeProbe : IDisposable
{
    private readonly ScopeLog _log;

    /// <summary>Made once a scope.</summary>
    public ScopeProbe(ScopeLog log)
    {
        _log = log;
        log.Made++;
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Disposed++;
}

/// <summary>Fails once, for job 2.</summary>
public sealed class ScopedHandler(ScopeProbe probe, ScopeLog log) : IStreamHandler<Job>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(Job message, StreamContext context, CancellationToken cancellation)
    {
        Assert.NotNull(probe);
        if (message.Number != 2 || log.HasFailed)
            return default;
        log.HasFailed = true;
        throw new InvalidOperationException("once");
    }
}
