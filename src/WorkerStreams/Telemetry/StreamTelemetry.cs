using System.Diagnostics;
using System.Diagnostics.Metrics;
using WorkerStreams.Configuration;
using WorkerStreams.Consuming;

namespace WorkerStreams.Telemetry;

/// <summary>The instruments of one host; docs/telemetry.md lists them. Names and tags follow OpenTelemetry's messaging conventions.</summary>
internal sealed class StreamTelemetry : IDisposable
{
    public const string Name = "WorkerStreams";

    private readonly Meter _meter;
    private readonly bool _ownsMeter;

    // Swapped whole under the lock; read by whoever collects.
    private readonly Lock _gate = new();
    private volatile IConsumerFigures[] _consumers = [];

    /// <summary>Instruments on a meter of the application's factory, or on one of our own where it has none.</summary>
    public StreamTelemetry(IMeterFactory? meters = null)
    {
        _ownsMeter = meters is null;
        var version = typeof(StreamTelemetry).Assembly.GetName().Version?.ToString(3);
        _meter = meters?.Create(Name, version) ?? new(Name, version);
        Sent = _meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages handed to the engine, also those that failed.");
        Consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages handed to a handler.");
        TrimmedUndelivered = _meter.CreateCounter<long>("workerstreams.trimmed_undelivered", "{message}", "Entries trimmed before a group was delivered them: lost to it.");
        Pinned = _meter.CreateGauge<long>("workerstreams.pinned", "{message}", "Entries kept for a group of which nobody has been seen for ten minutes.");
        OperationDuration = CreateDuration("messaging.client.operation.duration", "The time that a publish took.");
        ProcessDuration = CreateDuration("messaging.process.duration", "The time that the handling of a message took, retries included.");
        Observe("workerstreams.retries", "{call}", "Calls of a handler repeated within one delivery.", consumer => consumer.Counters.Retried);
        Observe("workerstreams.dead_letters", "{message}", "Entries put to the dead letters.", consumer => consumer.Counters.DeadLettered);
        Observe("workerstreams.reclaimed", "{message}", "Entries taken over from consumers that let them lie.", consumer => consumer.Counters.Reclaimed);
        Observe("workerstreams.leases_lost", "{message}", "Entries that another consumer took over from this one.", consumer => consumer.Counters.LeasesLost);
        Observe("workerstreams.trimmed_pending", "{message}", "Entries trimmed or deleted before they were handled: lost.", consumer => consumer.Counters.Trimmed);
        _meter.CreateObservableUpDownCounter("workerstreams.in_flight", () => Measure(consumer => consumer.Running), "{message}", "Messages being handled.");
        _meter.CreateObservableUpDownCounter("workerstreams.prefetched", () => Measure(consumer => consumer.Waiting), "{message}", "Messages read ahead that wait for a handler.");
    }

    /// <summary>Spans: one source for the process, since listeners choose it by name.</summary>
    public static ActivitySource Source { get; } = new(Name, typeof(StreamTelemetry).Assembly.GetName().Version?.ToString(3));

    public Counter<long> Sent { get; }

    public Counter<long> Consumed { get; }

    public Counter<long> TrimmedUndelivered { get; }

    public Gauge<long> Pinned { get; }

    public Histogram<double> OperationDuration { get; }

    public Histogram<double> ProcessDuration { get; }

    /// <summary>From now on whoever collects is told this consumer's figures too.</summary>
    public void Observe(IConsumerFigures consumer)
    {
        lock (_gate)
            _consumers = [.. _consumers, consumer];
    }

    public void Dispose()
    {
        // A factory disposes its meters itself.
        if (_ownsMeter)
            _meter.Dispose();
    }

    private Histogram<double> CreateDuration(string name, string description) =>
        _meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
        });

    private void Observe(string name, string unit, string description, Func<IConsumerFigures, long> figure) =>
        _meter.CreateObservableCounter(name, () => Measure(figure), unit, description);

    private Measurement<long>[] Measure(Func<IConsumerFigures, long> figure) =>
        Array.ConvertAll(_consumers, consumer => new Measurement<long>(figure(consumer), Tags.OfConsumer(consumer.Plan)));
}

/// <summary>What the meter asks a consumer when somebody collects.</summary>
internal interface IConsumerFigures
{
    ConsumerPlan Plan { get; }

    ConsumerCounters Counters { get; }

    /// <summary>Messages being handled.</summary>
    int Running { get; }

    /// <summary>Messages read ahead that wait for a handler.</summary>
    int Waiting { get; }
}
