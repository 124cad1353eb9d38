using System.Diagnostics;
using System.Reflection;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Producing;
using WorkerStreams.Telemetry;
using WorkerStreams.Tests.Serialization;
using WorkerStreams.Tests.Telemetry;

namespace WorkerStreams.Tests.Producing;

[Collection(ListeningCollection.Name)]
public sealed class AllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_publish_allocates_nothing_beside_what_the_engine_stores(bool byAge)
    {
        Assert.SkipWhen(
            typeof(StreamProducer<>).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
            "Async methods of a debug build allocate.");
        var serializer = Codecs.Serializer(Metadata.SourceGenerated);
        var order = new Order(123, 49.99m, "pending");
        var plan = new ProducerPlan { Stream = "orders", MaxLength = null, MaxAge = byAge ? TimeSpan.FromDays(1) : null, UntilAcknowledged = false, KeepForever = true, MaxInFlight = 1 };
        using var engine = new InProcessStreamEngine();
        using var directEngine = new InProcessStreamEngine();
        using var telemetry = new StreamTelemetry();
        var producer = new StreamProducer<Order>(plan, engine, serializer.GetCodec<Order>(), serializer.ContentType, TimeProvider.System, telemetry);
        var entry = new AppendEntry(serializer.Encode(order));

        var direct = await Allocation.LeastAsync(() => directEngine.AppendAsync(plan.Stream, entry));
        var published = await Allocation.LeastAsync(() => producer.PublishAsync(order));
        // The engine's own buffers may fall one way or the other.
        Assert.InRange((double)(published - direct) / Allocation.Calls, double.NegativeInfinity, 1);
    }
}
