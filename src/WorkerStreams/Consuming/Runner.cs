using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>Runs one handler at a time, entry after entry.</summary>
internal sealed class Runner(
    Dispatcher dispatcher, ConsumerEnvironment consumer, Func<HeldBatch, int, CancellationToken, ValueTask> handle, Action ranDry)
{
    private const int MostUnlooked = 16;

    // Of the runner alone.
    private int _unlooked;

    /// <summary>The number of its entry. A runner that rests keeps that of its last one.</summary>
    public long Entry { get; private set; }

    /// <summary>Whether the last entry may have ended a process. Of the runner alone.</summary>
    public bool HadSuspect { get; set; }

    // Written by the runner; read by who cancels.
    private volatile CancellationTokenSource _cancellation = new();
    private volatile HeldBatch? _batch;
    private volatile int _index;

    public async Task RunAsync()
    {
        // Away from whoever has work for us, to a thread (or a place in the queue of the SynchronizationContext) of our own.
        await Task.Yield();
        _unlooked = 0;
        HeldBatch? previous = null;
        var context = ExecutionContext.Capture();
        while (true)
        {
            // Handlers that never wait would keep the thread for ever: let others have it now and then. Not once an entry is taken, as its lease is looked at then.
            if (previous is { HasWaiting: false } && dispatcher.HasOthers(previous))
            {
                await Task.Yield();
                _unlooked = 0;
            }
            if (!dispatcher.TryTake(this))
                break;
            previous = _batch;
            // What is handled is not to be handled again if this ends the process.
            if (_batch is { Suspicion: Suspicion.Alone })
                ranDry();
            var handling = handle(_batch!, _index, _cancellation.Token);
            if (!handling.IsCompleted)
                _unlooked = 0;
            await handling;
            // Neither a span nor what else a handler has set for itself is for the next message.
            if (context is not null)
                ExecutionContext.Restore(context);
            _batch = null;
            if (_cancellation.IsCancellationRequested)
                _cancellation = new();
        }
        ranDry();
    }

    /// <summary>Whether the lease is looked at before the next entry: after each wait; where handlers never wait the clock would cost a part of each, and is read now and then.</summary>
    public bool LooksAtLease()
    {
        if (--_unlooked > 0)
            return false;
        _unlooked = MostUnlooked;
        return true;
    }

    public void Take(HeldBatch batch, int index)
    {
        Entry++;
        _index = index;
        _batch = batch;
        HadSuspect = batch.Suspicion != Suspicion.None;
    }

    public void CancelIfRunning(HeldBatch batch, int? index)
    {
        var cancellation = _cancellation;
        if (_batch == batch && (index is null || _index == index))
            Cancel(cancellation);
    }

    public void Cancel() => Cancel(_cancellation);

    private void Cancel(CancellationTokenSource cancellation)
    {
        try
        {
            cancellation.Cancel();
        }
        catch (AggregateException error)
        {
            // Thrown by what the handler has registered; whoever cancels has others to tell.
            ConsumerLog.CallbackFailed(consumer.Logger, error, consumer.Plan.Name);
        }
    }
}
