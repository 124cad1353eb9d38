using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Health;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>One registered consumer: its parts, its start and its drain.</summary>
internal sealed class StreamConsumer : IConsumerFigures, IDisposable
{
    private static readonly TimeSpan FlushRetry = TimeSpan.FromMilliseconds(50);

    private readonly ConsumerEnvironment _consumer;
    private readonly CancellationTokenSource _ended = new();
    private readonly HeldEntries _held;
    private readonly Settler _settler;
    private readonly Redeliveries _redeliveries;
    private readonly Dispatcher _dispatcher;
    private readonly LeaseLoop _leases;
    private readonly List<(string Name, Func<CancellationToken, Task> Run)> _loops;
    private Task _running = Task.CompletedTask;
    private long _startedAt;

    public StreamConsumer(ConsumerEnvironment consumer, IMessageInvoker invoker)
    {
        _consumer = consumer;
        _held = new(consumer);
        _settler = new(consumer, _held);
        _redeliveries = new(consumer);
        var handler = new EntryHandler(consumer, invoker, _held, _settler, _redeliveries);
        _dispatcher = new(consumer.Plan.Concurrency, handler.HandleAsync, () => _ = _settler.FlushAsync());
        _leases = new(consumer, _held, _redeliveries, _dispatcher);
        var intake = new Intake(_held, _redeliveries, _dispatcher);
        _loops =
        [
            ("read", new ReadLoop(consumer, _held, intake, new(consumer, _held, _redeliveries)).RunAsync),
            ("reclaim", new ReclaimLoop(consumer, _held, intake).RunAsync),
            ("redelivery", new RedeliveryLoop(consumer, _held, intake, _redeliveries).RunAsync),
        ];
    }

    public ConsumerPlan Plan => _consumer.Plan;

    public ConsumerCounters Counters => _consumer.Counters;

    public int Running => _dispatcher.Running;

    public int Waiting => Math.Max(0, _held.Active - Running);

    public ConsumerStatus Status => new()
    {
        Plan = Plan,
        State = State,
        SinceLastLoop = _consumer.Time.GetElapsedTime(Counters.LastLoopAt ?? _startedAt),
        Running = Running,
        Waiting = Waiting,
        Handled = Counters.Handled,
        Failed = Counters.Failed,
        DeadLettered = Counters.DeadLettered,
        LastError = Counters.LastError,
    };

    private ConsumerState State =>
        _consumer.Stopping.IsCancellationRequested ? _running.IsCompleted ? ConsumerState.Stopped : ConsumerState.Stopping
        : Counters.Restarting > 0 ? ConsumerState.Restarting
        : Counters.LastLoopAt is null ? ConsumerState.Starting
        : ConsumerState.Running;

    /// <summary>Starts the loops; where the engine answers at once the group is there when this returns.</summary>
    public void Start()
    {
        _startedAt = _consumer.Time.GetTimestamp();
        var loops = _loops.ConvertAll(loop => Supervisor.RunAsync(loop.Name, loop.Run, _consumer, _consumer.Stopping));
        // Leases are kept until the drain is over.
        loops.Add(Supervisor.RunAsync("lease", _leases.RunAsync, _consumer, _ended.Token));
        _running = Task.WhenAll(loops);
    }

    /// <summary>
    /// After <see cref="ConsumerEnvironment.Stopping"/> has fired: hands back what was not started, waits for running handlers, settles.
    /// </summary>
    /// <param name="handlersEnd">When it fires, handlers that still run are cancelled.</param>
    /// <param name="drainEnds">When it fires, what is left stays pending, for this consumer's next start or another's sweep.</param>
    public async Task DrainAsync(CancellationToken handlersEnd, CancellationToken drainEnds)
    {
        foreach (var (batch, index) in _dispatcher.Close())
        {
            if (batch.Finish(index))
                _held.Finish(batch, index, Settlement.ReleaseUnstarted(batch.Entries[index].Id));
            else
                _held.Finish(batch, index, settlement: null);
        }
        await _settler.FlushAsync();
        await using (handlersEnd.UnsafeRegister(static state => ((Dispatcher)state!).CancelAll(), _dispatcher))
            await UnlessCancelled(_dispatcher.WhenIdleAsync(drainEnds));
        while (_held.Unsettled > 0 && !drainEnds.IsCancellationRequested)
        {
            await _settler.FlushAsync();
            if (_held.Unsettled > 0)
                await UnlessCancelled(Task.Delay(FlushRetry, _consumer.Time, drainEnds));
        }
        _ended.Cancel();
        await _running;
        if (_dispatcher.Running + _held.Unsettled is > 0 and var left)
            ConsumerLog.DrainIncomplete(_consumer.Logger, Plan.Name, left);
    }

    public void Dispose()
    {
        _ended.Dispose();
        _settler.Dispose();
        _redeliveries.Dispose();
    }

    private static async Task UnlessCancelled(Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
