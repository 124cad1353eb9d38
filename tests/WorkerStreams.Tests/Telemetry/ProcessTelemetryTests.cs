using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Configuration;
using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;
using WorkerStreams.Tests.Configuration;

namespace WorkerStreams.Tests.Telemetry;

[Collection(ListeningCollection.Name)]
public sealed class ProcessTelemetryTests
{
    private const string Tags = "messaging.consumer.group.name=billing messaging.destination.name=parcels messaging.operation.name=process messaging.operation.type=process messaging.system=workerstreams";
    private const string OwnTags = "messaging.consumer.group.name=billing messaging.destination.name=parcels messaging.system=workerstreams workerstreams.consumer.name=ParcelHandler";

    private static readonly ConsumerPlan Plan = new()
    {
        Name = "ParcelHandler",
        Stream = "parcels",
        Group = "billing",
        Names = new("host-1", 1, IsGiven: true),
        DeadLetterStream = "{parcels}:dead",
        HandBackStream = "{parcels}:handed-back",
        Concurrency = 1,
        PrefetchCount = 1,
        PrefetchBytes = 1024,
        MinIdleTime = TimeSpan.FromMinutes(1),
        ReclaimInterval = TimeSpan.FromMinutes(1),
        MaxDeliveries = 5,
        RedeliveryDelay = TimeSpan.Zero,
        MaxRedeliveryDelay = TimeSpan.Zero,
        HandlerTimeout = null,
        ResiliencePipeline = null,
        DeadLetterOn = [],
        StartFrom = GroupStart.Beginning,
        BlockTime = TimeSpan.FromSeconds(1),
    };

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_handlers_span_continues_and_links_the_publishers()
    {
        var handled = new TaskCompletionSource<Activity?>();
        using var spans = new Spans("parcels");
        using var host = ConfiguredHost.Build(services => services
            .AddSingleton(new ParcelHandler(handled))
            .AddStreamProducer<Parcel>("parcels", producer => producer.KeepForever = true)
            .AddStreamConsumer<Parcel, ParcelHandler>("parcels", "billing"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        var id = await host.Services.GetRequiredService<IStreamProducer<Parcel>>().PublishAsync(new(1), null, TestContext.Current.CancellationToken);
        var current = await handled.Task.WaitAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        var publish = spans.Single("publish parcels");
        var process = spans.Single("process parcels");
        Assert.Same(process, current);
        Assert.Equal(ActivityKind.Consumer, process.Kind);
        Assert.Equal((publish.TraceId, publish.SpanId), (process.TraceId, process.ParentSpanId));
        Assert.Equal(publish.SpanId, Assert.Single(process.Links).Context.SpanId);
        Assert.Equal($"{id}", process.GetTagItem("messaging.message.id"));
        Assert.Equal(1L, process.GetTagItem("workerstreams.delivery_count"));
        Assert.Equal("billing", process.GetTagItem("messaging.consumer.group.name"));
        Assert.Equal(ActivityStatusCode.Unset, process.Status);
    }

    [Theory]
    [InlineData("no trace parent")]
    [InlineData("")]
    public void A_message_without_a_trace_begins_its_own(string traceParent)
    {
        using var telemetry = new StreamTelemetry();
        using var spans = new Spans("parcels");
        new ConsumerTelemetry(telemetry, Plan, _time).Start(Entry(("ws:", "{}"), ("traceparent", traceParent))).Ended();
        var span = spans.Single("process parcels");
        Assert.Equal(default, span.ParentSpanId);
        Assert.Empty(span.Links);
    }

    [Fact]
    public void The_state_of_the_publishers_trace_comes_along()
    {
        using var telemetry = new StreamTelemetry();
        using var spans = new Spans("parcels");
        new ConsumerTelemetry(telemetry, Plan, _time)
            .Start(Entry(("ws:", "{}"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "vendor=1")))
            .Ended();
        var span = spans.Single("process parcels");
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", span.TraceId.ToHexString());
        Assert.Equal("vendor=1", span.TraceStateString);
        Assert.True(span.HasRemoteParent);
    }

    [Fact]
    public void A_failed_handling_is_a_failed_span()
    {
        using var telemetry = new StreamTelemetry();
        using var spans = new Spans("parcels");
        new ConsumerTelemetry(telemetry, Plan, _time).Start(Entry(("number", "1"))).Ended(new InvalidDataException("torn"));
        var span = spans.Single("process parcels");
        Assert.Equal((ActivityStatusCode.Error, "torn"), (span.Status, span.StatusDescription));
        Assert.Equal("System.IO.InvalidDataException", span.GetTagItem("error.type"));
    }

    [Fact]
    public void Handlings_are_counted_and_timed()
    {
        using var telemetry = new StreamTelemetry();
        using var measured = new Measurements(telemetry);
        var consumer = new ConsumerTelemetry(telemetry, Plan, _time);
        var first = consumer.Start(Entry(("number", "1")));
        _time.Advance(TimeSpan.FromSeconds(2));
        first.Ended();
        consumer.Start(Entry(("number", "2"))).Ended(new InvalidDataException());
        Assert.Equal(
            [
                $"messaging.client.consumed.messages 1 {Tags}",
                $"messaging.process.duration 2 {Tags}",
                $"messaging.client.consumed.messages 1 error.type=System.IO.InvalidDataException {Tags}",
                $"messaging.process.duration 0 error.type=System.IO.InvalidDataException {Tags}",
            ],
            measured.Lines);
    }

    [Fact]
    public void A_consumers_figures_are_polled()
    {
        using var telemetry = new StreamTelemetry();
        using var measured = new Measurements(telemetry);
        var figures = new Figures();
        telemetry.Observe(figures);
        figures.Counters.AddDeadLettered();
        figures.Counters.AddReclaimed(2);
        figures.Counters.AddLeasesLost(3);
        figures.Counters.AddTrimmed(4);
        figures.Counters.AddRetried();
        measured.Poll();
        Assert.Equal(
            [
                $"workerstreams.dead_letters 1 {OwnTags}",
                $"workerstreams.in_flight 5 {OwnTags}",
                $"workerstreams.leases_lost 3 {OwnTags}",
                $"workerstreams.prefetched 6 {OwnTags}",
                $"workerstreams.reclaimed 2 {OwnTags}",
                $"workerstreams.retries 1 {OwnTags}",
                $"workerstreams.trimmed_pending 4 {OwnTags}",
            ],
            measured.Lines.Order(StringComparer.Ordinal));
    }

    private static StreamEntry Entry(params ReadOnlySpan<(string, string)> fields) => new(new(5, 0), EntryFields.Of(fields), deliveryCount: 1);

    /// <summary>A message of these tests.</summary>
    public sealed record Parcel(int Number);

    /// <summary>Tells which span it ran under.</summary>
    public sealed class ParcelHandler(TaskCompletionSource<Activity?> handled) : IStreamHandler<Parcel>
    {
        /// <inheritdoc/>
        public ValueTask HandleAsync(Parcel message, StreamContext context, CancellationToken cancellation)
        {
            handled.TrySetResult(Activity.Current);
            return default;
        }
    }

    private sealed class Figures : IConsumerFigures
    {
        public ConsumerPlan Plan => ProcessTelemetryTests.Plan;

        public ConsumerCounters Counters { get; } = new();

        public int Running => 5;

        public int Waiting => 6;
    }
}
