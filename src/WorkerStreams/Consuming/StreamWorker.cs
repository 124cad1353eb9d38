using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Producing;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>
/// The hosted service: starts all consumers, and the loops that look after the producers' streams; when shutdown begins all stop reading at once and drain side by side; the producers are flushed at the
/// very end, so that services that stop later can still publish.
/// </summary>
internal sealed class StreamWorker(
    Func<CancellationToken, ValueTask> checkEngine,
    Func<IReadOnlyList<PlannedConsumer>> plan,
    Func<IReadOnlyList<ProducerPlan>> planRetention,
    Func<IStreamEngine> engine,
    TimeProvider time,
    Jitter jitter,
    HolderProcess process,
    StreamTelemetry telemetry,
    OpenProducers producers,
    ILogger<StreamWorker> logger,
    IOptions<HostOptions> host)
    : IHostedLifecycleService, IDisposable
{
    // Of the host's time for shutdown: until then handlers may run, and until then settlements are sent.
    private const double HandlersShare = 0.8;
    private const double DrainShare = 0.95;

    // More than a timer can take is no limit.
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(49);

    private readonly CancellationTokenSource _stopping = new();
    private readonly GuardedLogger _logger = new(logger);
    private Task _retention = Task.CompletedTask;
    private Task? _drain;

    /// <summary>The consumers, once started.</summary>
    public IReadOnlyList<StreamConsumer> Consumers { get; private set; } = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Validates all settings, has the engine say whether it can serve, and starts the consumers.</summary>
    /// <exception cref="WorkerStreamsConfigurationException">One or more settings are wrong; all of them are named.</exception>
    /// <exception cref="StreamEngineException">The engine cannot be had, or knows that it can't serve.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await checkEngine(cancellationToken);
        Consumers = [.. plan().Select(consumer => new StreamConsumer(
            new(consumer.Plan, engine(), time, jitter, _logger, process.CreateHolder(), _stopping.Token), process, consumer.Invoker))];
        foreach (var consumer in Consumers)
        {
            telemetry.Observe(consumer);
            consumer.Start();
        }
        _retention = Task.WhenAll([.. planRetention().Select(producer => new RetentionLoop(producer, engine(), time, jitter, telemetry, _logger).RunAsync(_stopping.Token))]);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Shutdown begins: all consumers stop reading, before any hosted service is stopped.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _drain ??= DrainAsync(cancellationToken);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _drain ??= DrainAsync(cancellationToken);

    /// <summary>Every service has stopped: what is published is in the engine's hands before the host ends.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => producers.FlushAsync(_logger, cancellationToken);

    public void Dispose()
    {
        StopReading();
        foreach (var consumer in Consumers)
            consumer.Dispose();
        Consumers = [];
        _stopping.Dispose();
    }

    private async Task DrainAsync(CancellationToken hostGivesUp)
    {
        StopReading();
        using var handlersEnd = new CancellationTokenSource(ShareOfShutdown(HandlersShare), time);
        using var drainTime = new CancellationTokenSource(ShareOfShutdown(DrainShare), time);
        using var drainEnds = CancellationTokenSource.CreateLinkedTokenSource(drainTime.Token, hostGivesUp);
        await Task.WhenAll(Consumers.Select(consumer => consumer.DrainAsync(handlersEnd.Token, drainEnds.Token)));
        await _retention.WaitAsync(drainEnds.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private void StopReading()
    {
        // Once disposed it can't be cancelled again; the container disposes twice.
        if (_stopping.IsCancellationRequested)
            return;
        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException error)
        {
            ConsumerLog.StoppingCallbackFailed(_logger, error);
        }
    }

    private TimeSpan ShareOfShutdown(double share) =>
        host.Value.ShutdownTimeout is { Ticks: >= 0 } limit && limit < LongestLimit ? limit * share : Timeout.InfiniteTimeSpan;
}
