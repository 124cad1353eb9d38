using System.Diagnostics;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Producing;
using static WorkerStreams.Tests.Producing.ProducerWorld;

namespace WorkerStreams.Tests.Telemetry;

[Collection(ListeningCollection.Name)]
public sealed class PublishTelemetryTests
{
    private const string Tags = "messaging.destination.name=watched messaging.operation.name=publish messaging.operation.type=send messaging.system=workerstreams";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_publish_is_a_span_and_its_context_travels_in_the_envelope()
    {
        using var world = new ProducerWorld("watched");
        using var spans = new Spans("watched");
        var id = await world.Producer.PublishAsync(Order(1), null, Cancellation);
        var span = spans.Single("publish watched");
        Assert.Equal(ActivityKind.Producer, span.Kind);
        Assert.Equal($"{id}", span.GetTagItem("messaging.message.id"));
        Assert.Equal("workerstreams", span.GetTagItem("messaging.system"));
        Assert.Equal("send", span.GetTagItem("messaging.operation.type"));
        Assert.Contains($" traceparent {span.Id}", Assert.Single(world.Entries).Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_publish_of_many_is_one_span_that_all_messages_bear()
    {
        using var world = new ProducerWorld("watched");
        using var spans = new Spans("watched");
        await world.Producer.PublishManyAsync([Order(1), Order(2)], null, Cancellation);
        var span = spans.Single("publish watched");
        Assert.Equal(2, span.GetTagItem("messaging.batch.message_count"));
        Assert.All(world.Entries, entry => Assert.Contains($" traceparent {span.Id}", entry.Fields, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_nobody_listens_the_span_around_the_publish_travels()
    {
        using var world = new ProducerWorld("watched");
        using var outer = new Activity("request") { TraceStateString = "vendor=1" }.Start();
        await world.Producer.PublishAsync(Order(1), null, Cancellation);
        outer.Stop();
        await world.Producer.PublishAsync(Order(2), null, Cancellation);
        Assert.Contains($" traceparent {outer.Id} tracestate vendor=1", world.Entries[0].Fields, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", world.Entries[1].Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_publish_is_a_failed_span()
    {
        using var world = new ProducerWorld("watched", maxEntryBytes: 10);
        using var spans = new Spans("watched");
        await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishAsync(Order(1), null, Cancellation));
        var span = spans.Single("publish watched");
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("EntryTooLarge", span.GetTagItem("error.type"));
        Assert.Equal("exception", Assert.Single(span.Events).Name);
    }

    [Fact]
    public async Task Publishes_are_counted_and_timed()
    {
        using var world = new ProducerWorld("watched");
        using var measured = new Measurements(world.Telemetry);
        world.Watch.Answer = () =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1.5));
            return Task.CompletedTask;
        };
        await world.Producer.PublishAsync(Order(1), null, Cancellation);
        await world.Producer.PublishManyAsync([Order(2), Order(3)], null, Cancellation);
        Assert.Equal(
            [
                $"messaging.client.sent.messages 1 {Tags}",
                $"messaging.client.operation.duration 1.5 {Tags}",
                $"messaging.client.sent.messages 2 {Tags}",
                $"messaging.client.operation.duration 1.5 {Tags}",
            ],
            measured.Lines);
    }

    [Fact]
    public async Task Failures_are_counted_by_the_type_of_their_error()
    {
        using var world = new ProducerWorld("watched");
        using var measured = new Measurements(world.Telemetry);
        world.Watch.Answer = () => throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR gone");
        await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishAsync(Order(1), null, Cancellation));
        await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishManyAsync([Order(2), Order(3)], null, Cancellation));
        Assert.Equal(
            [
                $"messaging.client.sent.messages 1 error.type=Unavailable {Tags}",
                $"messaging.client.operation.duration 0 error.type=Unavailable {Tags}",
                $"messaging.client.sent.messages 2 error.type=Unavailable {Tags}",
                $"messaging.client.operation.duration 0 error.type=Unavailable {Tags}",
            ],
            measured.Lines);
    }
}
