using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Producing;
using WorkerStreams.Serialization;
using WorkerStreams.Telemetry;
using WorkerStreams.Tests.Serialization;

namespace WorkerStreams.Tests.Producing;

/// <summary>A producer of orders on a real engine, whose answers the test holds in its hand.</summary>
internal sealed class ProducerWorld : IDisposable
{
    public static readonly StreamName Stream = "orders";

    private readonly InProcessStreamEngine _inner;
    private readonly IStreamEngine _engine;
    private readonly StreamTelemetry _telemetry = new();

    public ProducerWorld(long? maxLength = null, TimeSpan? maxAge = null, int maxInFlight = 1024, int maxEntryBytes = 1024 * 1024, IMessageSerializer? serializer = null)
    {
        // One entry a node, so that approximate trimming is exact.
        _inner = new(new() { TimeProvider = Time, NodeMaxEntries = 1, MaxEntryBytes = maxEntryBytes });
        (_engine, Watch) = WatchedEngine.Over(_inner);
        var plan = new ProducerPlan { Stream = Stream, MaxLength = maxLength, MaxAge = maxAge, KeepForever = false, MaxInFlight = maxInFlight };
        Producer = Create(plan, serializer ?? new JsonMessageSerializer(JsonMessageSerializer.CreateOptions()));
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public WatchedEngine Watch { get; }

    public StreamProducer<Order> Producer { get; }

    /// <summary>The entries of the stream.</summary>
    public IReadOnlyList<(StreamEntryId Id, string Fields)> Entries
    {
        get
        {
            using var range = _inner.RangeAsync(Stream, RangeBound.Min, RangeBound.Max).AsTask().GetAwaiter().GetResult();
            var entries = new List<(StreamEntryId, string)>();
            foreach (ref readonly var entry in range.Entries)
                entries.Add((entry.Id, entry.Fields.ToString()));
            return entries;
        }
    }

    public IEnumerable<int> UserIds => Entries.Select(entry => int.Parse(entry.Fields.Split("userId\":")[1].Split(',')[0], null));

    public static Order Order(int userId) => new(userId, 49.99m, "pending");

    public void Dispose()
    {
        _inner.Dispose();
        _telemetry.Dispose();
    }

    private StreamProducer<Order> Create(ProducerPlan plan, IMessageSerializer serializer) =>
        new(plan, _engine, serializer.GetCodec<Order>(), serializer.ContentType, Time, _telemetry);
}
