using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Consuming;

namespace WorkerStreams.Tests.Health;

/// <summary>What the health checks say, on the real engine.</summary>
public sealed class HealthTests
{
    private const string Consumers = "worker-streams-consumers";
    private const string Engine = "worker-streams-engine";

    [Fact]
    public void A_consumer_that_has_handled_all_is_healthy_and_tells_its_figures()
    {
        using var world = new HealthWorld();
        world.Start();
        world.Publish(3);
        world.World.Run(TimeSpan.FromSeconds(10));

        var consumers = world.Check(Consumers);
        Assert.Equal((HealthStatus.Healthy, "Every consumer's loop turns."), (consumers.Status, consumers.Description));
        Assert.Equal(
            [
                ("JobHandler.deadLettered", 0L),
                ("JobHandler.failed", 0L),
                ("JobHandler.handled", 3L),
                ("JobHandler.inFlight", 0),
                ("JobHandler.prefetched", 0),
                ("JobHandler.secondsSinceLastLoop", 10d),
                ("JobHandler.state", (object)"Running"),
            ],
            consumers.Data.OrderBy(figure => figure.Key, StringComparer.Ordinal).Select(figure => (figure.Key, figure.Value)));

        var engine = world.Check(Engine);
        Assert.Equal((HealthStatus.Healthy, "The engine answers."), (engine.Status, engine.Description));
        Assert.Equal([("JobHandler.lag", 0L), ("JobHandler.pending", (object)0L)], engine.Data.OrderBy(figure => figure.Key, StringComparer.Ordinal).Select(figure => (figure.Key, figure.Value)));
    }

    [Fact]
    public void Liveness_asks_the_consumers_alone_and_readiness_both()
    {
        using var world = new HealthWorld();
        world.Start();

        Assert.Equal([Consumers], world.Report(registration => registration.Tags.Contains("live")).Entries.Keys);
        Assert.Equal([Consumers, Engine], world.Report(registration => registration.Tags.Contains("ready")).Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(3, HealthStatus.Degraded, "Consumer JobHandler is 4 entries behind; MaxLag is 3.")]
    [InlineData(4, HealthStatus.Healthy, "The engine answers.")]
    [InlineData(null, HealthStatus.Healthy, "The engine answers.")]
    public void A_group_too_far_behind_is_degraded(int? maxLag, HealthStatus status, string description)
    {
        using var world = new HealthWorld(
            thresholds => thresholds.MaxLag = maxLag, handlersHang: true, configure: options => (options.Concurrency, options.PrefetchCount) = (1, 1));
        world.Start();
        world.Publish(5);
        world.World.Run(TimeSpan.FromSeconds(1));

        var engine = world.Check(Engine);
        Assert.Equal((status, description, 4L, 1L), (engine.Status, engine.Description, engine.Data["JobHandler.lag"], engine.Data["JobHandler.pending"]));
    }

    [Theory]
    [InlineData(599, HealthStatus.Degraded, "Consumer JobHandler has an entry pending since 600 s; MaxOldestPending is 599s.")]
    [InlineData(600, HealthStatus.Healthy, "The engine answers.")]
    [InlineData(null, HealthStatus.Healthy, "The engine answers.")]
    public void An_entry_pending_too_long_is_degraded_though_its_lease_is_kept(int? seconds, HealthStatus status, string description)
    {
        using var world = new HealthWorld(
            thresholds => thresholds.MaxOldestPending = seconds is { } most ? TimeSpan.FromSeconds(most) : null, handlersHang: true);
        world.Start();
        world.Publish(1);
        world.World.Run(TimeSpan.FromMinutes(10));

        var engine = world.Check(Engine);
        Assert.Equal((status, description, 600d), (engine.Status, engine.Description, engine.Data["JobHandler.oldestPendingSeconds"]));
    }

    [Fact]
    public void A_group_that_is_gone_is_degraded_until_the_consumer_has_made_it_anew()
    {
        using var world = new HealthWorld();
        world.Start();
        JobWorld.Now(world.World.Engine.DestroyGroupAsync(JobWorld.Jobs, JobWorld.Group, TestContext.Current.CancellationToken));

        var gone = world.Check(Engine);
        Assert.Equal((HealthStatus.Degraded, "Consumer JobHandler has no group workers on jobs now; it makes it anew."), (gone.Status, gone.Description));

        JobWorld.Now(world.World.Engine.DeleteStreamAsync(JobWorld.Jobs, TestContext.Current.CancellationToken));
        Assert.Equal(gone.Description, world.Check(Engine).Description);

        world.World.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(HealthStatus.Healthy, world.Check(Engine).Status);
    }

    [Fact]
    public void An_engine_that_fails_makes_the_host_unready_but_restarts_no_worker()
    {
        using var world = new HealthWorld();
        world.Start();
        world.Host.Engine.BeforeCall = _ => throw new StreamEngineException(StreamErrorCode.Unavailable, "The engine is away.");
        world.World.Run(TimeSpan.FromMinutes(2));

        var (consumers, engine) = (world.Check(Consumers), world.Check(Engine));
        Assert.Equal((HealthStatus.Unhealthy, "The engine has failed: The engine is away."), (engine.Status, engine.Description));
        Assert.Equal((HealthStatus.Degraded, "Consumer JobHandler restarts a loop that failed: The engine is away."), (consumers.Status, consumers.Description));
        Assert.Equal("StreamEngineException: The engine is away.", consumers.Data["JobHandler.lastError"]);

        world.Host.Engine.BeforeCall = null;
        world.World.Run(TimeSpan.FromMinutes(2));
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Healthy), (world.Check(Consumers).Status, world.Check(Engine).Status));
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_waited_for_no_longer_than_allowed()
    {
        var time = new FakeTimeProvider();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddWorkerStreams().UseEngine(_ => HangingEngine.Around(new InProcessStreamEngine(), hanging: nameof(IStreamEngine.GetGroupsAsync)));
        services.AddStreamConsumer<Job, JobHandler>("jobs", "workers");
        services.AddHealthChecks().AddWorkerStreams(configure: thresholds => thresholds.EngineTimeout = TimeSpan.FromSeconds(2));
        await using var provider = services.BuildServiceProvider();

        var check = provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(registration => registration.Name == Engine, TestContext.Current.CancellationToken);
        while (!check.IsCompleted)
        {
            // The check begins on a thread of its own, and may make its timer after the clock was moved.
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var engine = (await check).Entries[Engine];
        Assert.Equal((HealthStatus.Unhealthy, "The engine has not answered within 2s."), (engine.Status, engine.Description));
    }

    [Fact]
    public async Task An_engine_without_room_for_messages_is_unhealthy_until_it_takes_one_or_a_minute_has_passed()
    {
        var (time, services) = (new FakeTimeProvider(), new ServiceCollection());
        using var engine = new InProcessStreamEngine(new() { MaxMemory = 1 << 20 });
        services.AddSingleton<TimeProvider>(time);
        services.AddWorkerStreams().UseEngine(_ => engine);
        services.AddStreamProducer<string>("texts", producer => producer.KeepForever = true);
        services.AddHealthChecks().AddWorkerStreams();
        await using var provider = services.BuildServiceProvider();
        var producer = provider.GetRequiredService<IStreamProducer<string>>();

        await RefuseAsync(() => producer.PublishManyAsync(Enumerable.Repeat(new string('x', 100_000), 20)));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
        await RefuseAsync(() => producer.PublishAsync(new('x', 1_000_000)));
        await engine.DeleteStreamAsync("texts");
        await producer.PublishAsync("small");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);

        async Task RefuseAsync<T>(Func<ValueTask<T>> publish)
        {
            await Assert.ThrowsAsync<PublishException>(async () => await publish());
            var check = await CheckAsync();
            Assert.Equal(HealthStatus.Unhealthy, check.Status);
            Assert.StartsWith("The engine has no room for messages to texts: OOM ", check.Description, StringComparison.Ordinal);
        }

        async Task<HealthReportEntry> CheckAsync() =>
            (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(registration => registration.Name == Engine)).Entries[Engine];
    }

    [Fact]
    public void The_check_of_the_engine_stays_on_its_SynchronizationContext()
    {
        using var world = new HealthWorld(hanging: nameof(IStreamEngine.GetGroupsAsync));
        var services = world.Host.Services;
        var registration = services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Single(registration => registration.Name == Engine);
        var check = world.Host.Process.Run(async () =>
        {
            var result = await registration.Factory(services).CheckHealthAsync(new() { Registration = registration }, TestContext.Current.CancellationToken);
            Assert.Equal(HealthStatus.Unhealthy, result.Status);
        });

        world.World.Await(check);
    }

    [Theory]
    [InlineData(true, 90, HealthStatus.Degraded, "Consumer JobHandler has not read yet.")]
    [InlineData(true, 91, HealthStatus.Unhealthy, "Consumer JobHandler has asked for no entries for 91 s.")]
    [InlineData(false, 120, HealthStatus.Healthy, "Every consumer's loop turns.")]
    [InlineData(false, 121, HealthStatus.Unhealthy, "Consumer JobHandler has asked for no entries for 91 s.")]
    public void A_loop_that_does_not_come_round_is_dead(bool fromTheStart, int seconds, HealthStatus status, string description)
    {
        using var world = new HealthWorld(hanging: fromTheStart ? nameof(IStreamEngine.ReadGroupAsync) : null, configure: options => options.BlockTime = TimeSpan.FromSeconds(30));
        world.Start();
        // Later, only the read after the one that waits now has no end.
        ((HangingEngine)world.Host.Services.GetRequiredService<IStreamEngine>()).Hanging = nameof(IStreamEngine.ReadGroupAsync);
        world.World.Run(TimeSpan.FromSeconds(seconds));

        var consumers = world.Check(Consumers);
        Assert.Equal((status, description), (consumers.Status, consumers.Description));
    }

    [Fact]
    public void A_consumer_full_of_long_work_is_healthy()
    {
        using var world = new HealthWorld(handlersHang: true, configure: options => (options.Concurrency, options.PrefetchCount) = (2, 4));
        world.Publish(10);
        world.Start();
        world.World.Run(TimeSpan.FromHours(1));

        var consumers = world.Check(Consumers);
        Assert.Equal((HealthStatus.Healthy, 2, 2), (consumers.Status, consumers.Data["JobHandler.inFlight"], consumers.Data["JobHandler.prefetched"]));
    }

    [Fact]
    public void Before_the_start_and_after_the_end_the_host_is_degraded()
    {
        using var world = new HealthWorld();
        Assert.Equal((HealthStatus.Degraded, "The consumers have not been started yet."), Consumed());

        world.Start();
        Assert.Equal((HealthStatus.Healthy, "Every consumer's loop turns."), Consumed());

        world.World.Await(world.Host.StopAsync());
        Assert.Equal((HealthStatus.Degraded, "Consumer JobHandler stops with the host."), Consumed());

        (HealthStatus, string?) Consumed() => world.Check(Consumers) is var entry ? (entry.Status, entry.Description) : default;
    }

    [Fact]
    public async Task A_host_of_producers_alone_asks_the_engine_too()
    {
        var services = new ServiceCollection();
        services.AddStreamProducer<Job>("jobs");
        services.AddHealthChecks().AddWorkerStreams("mine", failureStatus: HealthStatus.Degraded, tags: ["nightly"]);
        await using var provider = services.BuildServiceProvider();
        var health = provider.GetRequiredService<HealthCheckService>();

        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);

        ((InProcessStreamEngine)provider.GetRequiredService<IStreamEngine>()).Dispose();
        var report = await health.CheckHealthAsync(registration => registration.Tags.Contains("nightly"), TestContext.Current.CancellationToken);
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Degraded), (report.Entries["mine-consumers"].Status, report.Entries["mine-engine"].Status));
    }
}
