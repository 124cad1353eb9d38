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
    private readonly InProcessStreamEngine _inner;
    private readonly StreamName _stream;

    public ProducerWorld(
        string stream = "orders", long? maxLength = null, TimeSpan? maxAge = null, bool untilAcknowledged = false, int maxInFlight = 1024, int maxEntryBytes = 1024 * 1024, IMessageSerializer? serializer = null)
    {
        _stream = stream;
        // One entry a node, so that approximate trimming is exact.
        _inner = new(new() { TimeProvider = Time, NodeMaxEntries = 1, MaxEntryBytes = maxEntryBytes });
        (var engine, Watch) = WatchedEngine.Over(_inner);
        var plan = new ProducerPlan { Stream = _stream, MaxLength = maxLength, MaxAge = maxAge, UntilAcknowledged = untilAcknowledged, KeepForever = false, MaxInFlight = maxInFlight };
        serializer ??= new JsonMessageSerializer(JsonMessageSerializer.CreateOptions());
        Producer = new(plan, engine, serializer.GetCodec<Order>(), serializer.ContentType, Time, Telemetry);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public StreamTelemetry Telemetry { get; } = new();

    public WatchedEngine Watch { get; }

    public StreamProducer<Order> Producer { get; }

    /// <summary>The entries of the stream.</summary>
    public IReadOnlyList<(StreamEntryId Id, string Fields)> Entries
    {
        get
        {
            using var range = _inner.RangeAsync(_stream, RangeBound.Min, RangeBound.Max).AsTask().GetAwaiter().GetResult();
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
        Telemetry.Dispose();
    }
}
