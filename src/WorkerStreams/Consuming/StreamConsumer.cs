using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Health;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>One registered consumer: its parts, its start and its drain.</summary>
internal sealed class StreamConsumer : IConsumerFigures, IDisposable
{
    private const int MostTries = 5;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(300);

    private readonly ConsumerEnvironment _consumer;
    private readonly CancellationTokenSource _ended = new();
    private readonly HeldEntries _held;
    private readonly Settler _settler;
    private readonly Settler _deadLetters;
    private readonly Redeliveries _redeliveries;
    private readonly ReclaimSchedule _schedule;
    private readonly UnheardDeliveries _unheard;
    private readonly Dispatcher _dispatcher;
    private readonly LeaseLoop _leases;
    private readonly HeldName _name;
    private readonly Supervised[] _bringing;
    private readonly Supervised[] _keeping;
    private Task _brought = Task.CompletedTask;
    private Task _kept = Task.CompletedTask;
    private long _startedAt;

    public StreamConsumer(ConsumerEnvironment consumer, HolderProcess process, IMessageInvoker invoker)
    {
        _consumer = consumer;
        _held = new(consumer);
        _settler = new(consumer, _held, deadLetters: false);
        _deadLetters = new(consumer, _held, deadLetters: true);
        _redeliveries = new(consumer);
        _dispatcher = new(consumer, new EntryHandler(consumer, invoker, _held, _settler, _deadLetters, _redeliveries).HandleAsync, _settler.RanDry);
        var watch = new LeaseWatch(consumer, _held, _dispatcher);
        var intake = new Intake(consumer, _held, _redeliveries, _dispatcher, watch);
        _schedule = new(consumer);
        var group = new GroupKeeper(consumer, _held, _redeliveries);
        _name = new(consumer, process);
        _leases = new(consumer, _held, _redeliveries, _dispatcher, group, _name, _schedule);
        var reading = new ReadLoop(consumer, _held, intake, group, _name, _leases, _schedule);
        _unheard = new(consumer, _held, _redeliveries, intake, _name, reading, _schedule);
        _bringing =
        [
            new("read", reading.RunAsync),
            new("reclaim", new ReclaimLoop(consumer, _held, intake, _name, reading, _leases, _schedule).RunAsync),
            new("unheard", _unheard.RunAsync),
            new("hand-backs", new HandBacks(consumer, _schedule).RunAsync) { FirstBackoff = TimeSpan.FromSeconds(10), LongestBackoff = TimeSpan.FromMinutes(1) },
            new("redelivery", new RedeliveryLoop(consumer, _held, intake, _redeliveries, _leases).RunAsync),
        ];
        _keeping =
        [
            // So there are some tries in what is left of a lease when a renewal fails.
            new("lease", _leases.RunAsync) { FirstBackoff = Plan.MinIdleTime / 20, LongestBackoff = Plan.MinIdleTime / 2.5 },
            new("lease watch", watch.RunAsync),
        ];
    }

    public ConsumerPlan Plan => _consumer.Plan;

    public ConsumerCounters Counters => _consumer.Counters;

    public int Running => _dispatcher.Running;

    public int Waiting => Math.Max(0, _held.Prefetch.Active - Running);

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
        _consumer.Stopping.IsCancellationRequested ? _brought.IsCompleted && _kept.IsCompleted ? ConsumerState.Stopped : ConsumerState.Stopping
        : Counters.Restarting > 0 ? ConsumerState.Restarting
        : Counters.LastLoopAt is null ? ConsumerState.Starting
        : ConsumerState.Running;

    /// <summary>Starts the loops; where the engine answers at once the group is there when this returns.</summary>
    public void Start()
    {
        _startedAt = _consumer.Time.GetTimestamp();
        _brought = RunAsync(_bringing, _consumer.Stopping);
        // Leases are kept until the drain is over.
        _kept = RunAsync(_keeping, _ended.Token);
    }

    /// <summary>
    /// After <see cref="ConsumerEnvironment.Stopping"/> has fired: hands back what was not started, waits for running handlers, settles.
    /// </summary>
    /// <param name="handlersEnd">When it fires, handlers that still run are cancelled.</param>
    /// <param name="drainEnds">When it fires, handlers are cancelled too, and what is left stays pending, for this consumer's next start or another's sweep.</param>
    public async Task DrainAsync(CancellationToken handlersEnd, CancellationToken drainEnds)
    {
        _dispatcher.Close();
        await using (handlersEnd.UnsafeRegister(static state => ((Dispatcher)state!).CancelAll(), _dispatcher))
        {
            // What a read or a claim brings at the last moment is handed back too.
            await OrEndAsync(_brought, drainEnds);
            // So what is handed back, or left for the next start, is known to the group, even if that was just lost.
            await OrEndAsync(_leases.RenewAllAsync(_ended.Token), drainEnds);
            HandBack();
            _settler.Flush();
            _deadLetters.Flush();
            await OrEndAsync(TryAsync(_unheard.HandBackAsync, _ended.Token), drainEnds);
            await OrEndAsync(_dispatcher.WhenIdleAsync(drainEnds), drainEnds);
            await OrEndAsync(_held.WhenSettledAsync(drainEnds), drainEnds);
            await OrEndAsync(_settler.WhenToldAsync(drainEnds), drainEnds);
        }
        End();
        await OrEndAsync(_kept, drainEnds);
        await OrEndAsync(TryAsync(_name.LeaveAsync, drainEnds), drainEnds);
        if (_dispatcher.Running + _held.Prefetch.Unsettled is > 0 and var left)
            ConsumerLog.DrainIncomplete(_consumer.Logger, Plan.Name, left);
    }

    public void Dispose()
    {
        _dispatcher.Close();
        End();
        _ended.Dispose();
        _redeliveries.Dispose();
        _schedule.Dispose();
    }

    private Task RunAsync(Supervised[] loops, CancellationToken stopping) =>
        Task.WhenAll(Array.ConvertAll(loops, loop => Supervisor.RunAsync(loop, _consumer, stopping)));

    private void HandBack()
    {
        foreach (var (batch, index) in _dispatcher.TakeUnstarted())
        {
            if (batch.Finish(index))
                _settler.Finish(new(Settlement.ReleaseUnstarted(batch.Entries[index].Id), batch, index));
            else
                _held.Forget(batch, index);
        }
    }

    // An engine that is away for longer is not waited for: then it is left to others.
    private async Task TryAsync(Func<CancellationToken, Task> call, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await call(cancellation);
                return;
            }
            catch (StreamEngineException) when (tries < MostTries)
            {
                await Task.Delay(BetweenTries, _consumer.Time, cancellation);
            }
        }
    }

    // Handlers that still run have no lease any more, and nothing is sent again.
    private void End()
    {
        _dispatcher.CancelAll();
        _ended.Cancel();
        _settler.Dispose();
        _deadLetters.Dispose();
    }

    // The engine may give no answer at all. (Task.WhenAny may go on over the thread pool, away from the SynchronizationContext.)
    private static async Task OrEndAsync(Task task, CancellationToken end)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = end.UnsafeRegister(static over => ((TaskCompletionSource)over!).TrySetResult(), over);
        _ = TellAsync(task, over);
        await over.Task;
    }

    private static async Task TellAsync(Task task, TaskCompletionSource over)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        over.TrySetResult();
    }
}
