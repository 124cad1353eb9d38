using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Producing;
using WorkerStreams.Tests.Configuration;
using WorkerStreams.Tests.Telemetry;

namespace WorkerStreams.Tests.Producing;

public sealed class RetentionLoopTests
{
    [Fact]
    public async Task Rounds_go_on_with_a_back_off_while_the_engine_is_away_and_one_line_tells()
    {
        using var world = new RetentionWorld(untilAcknowledged: true);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 10);
        await world.HandleAsync("billing", 10);
        world.Way.BeforeCall = _ => throw new StreamEngineException(StreamErrorCode.Unavailable, "away");
        using var stopping = new CancellationTokenSource();
        var loop = world.RunAsync(stopping.Token);

        for (var minute = 0; minute < 60; minute++)
            world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.InRange(world.Way.Looks.Count, 10, 30);
        Assert.StartsWith("Stream orders: its retention could not be seen to; it is tried again in 00:00:", Assert.Single(world.Log, line => !line.StartsWith("Debug: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(10, world.Ids.Count());

        world.Way.BeforeCall = _ => { };
        world.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Empty(world.Ids);
        var looks = world.Way.Looks.Count;
        for (var second = 0; second < 60; second++)
            world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(world.Way.Looks.Count - looks, 5, 7);

        await stopping.CancelAsync();
        await loop.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_host_runs_it_for_each_stream_that_has_retention_until_it_stops()
    {
        var time = new FakeTimeProvider();
        var (engine, way) = InterceptedEngine.Over(new InProcessStreamEngine(new() { TimeProvider = time }));
        using var host = ConfiguredHost.Build(services =>
        {
            services.AddSingleton<TimeProvider>(time);
            services.AddWorkerStreams().UseEngine(_ => engine);
            services.AddStreamProducer<Configuration.Order>("orders", producer => producer.UntilAcknowledged = true).AddStreamProducer<Refund>("orders");
            services.AddStreamProducer<Refund>("refunds", producer => producer.MaxLength = 100);
            services.AddStreamProducer<string>("archive", producer => producer.KeepForever = true);
        });
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredKeyedService<IStreamProducer<Configuration.Order>>("orders").PublishAsync(new(1), cancellation: TestContext.Current.CancellationToken);
        await engine.CreateGroupAsync("orders", "billing", GroupPosition.End, cancellation: TestContext.Current.CancellationToken);

        time.Advance(RetentionLoop.Interval);
        Assert.Equal(["orders", "refunds"], way.Looks.Order());
        Assert.Equal(0, await engine.GetLengthAsync("orders", TestContext.Current.CancellationToken));

        await host.StopAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, way.Looks.Count);
    }

    [Fact]
    public async Task Groups_that_are_passed_or_that_pin_the_stream_are_measured()
    {
        const string Tags = "messaging.consumer.group.name=billing messaging.destination.name=orders messaging.system=workerstreams";
        using var world = new RetentionWorld(untilAcknowledged: true);
        using var measured = new Measurements(world.Telemetry);
        await world.CreateGroupAsync("billing");
        await world.AppendAsync(1, 30);
        await world.LookAsync();
        await world.TrimAsync(21);
        await world.LookAsync();
        world.Time.Advance(TimeSpan.FromMinutes(10));
        await world.LookAsync();
        await world.HandleAsync("billing", 10);
        await world.LookAsync();

        Assert.Equal(
            [
                $"workerstreams.pinned 0 {Tags}",
                $"workerstreams.trimmed_undelivered 20 {Tags}",
                $"workerstreams.pinned 0 {Tags}",
                $"workerstreams.pinned 10 {Tags}",
                $"workerstreams.pinned 0 {Tags}",
            ],
            measured.Lines);
    }
}
