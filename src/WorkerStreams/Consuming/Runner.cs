using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>Runs one handler at a time, entry after entry.</summary>
internal sealed class Runner(
    Dispatcher dispatcher, ConsumerEnvironment consumer, Func<HeldBatch, int, CancellationToken, ValueTask> handle, Action ranDry)
{
    // Written by the runner; read by who cancels.
    private volatile CancellationTokenSource _cancellation = new();
    private volatile HeldBatch? _batch;
    private volatile int _index;

    public async Task RunAsync()
    {
        // Away from whoever has work for us, to a thread (or a place in the queue of the SynchronizationContext) of our own.
        await Task.Yield();
        HeldBatch? previous = null;
        var context = ExecutionContext.Capture();
        while (true)
        {
            // Handlers that never wait would keep the thread for ever: let others have it now and then. Not once an entry is taken, as its lease is looked at then.
            if (previous is { HasWaiting: false } && dispatcher.HasOthers(previous))
                await Task.Yield();
            if (!dispatcher.TryTake(this))
                break;
            previous = _batch;
            await handle(_batch!, _index, _cancellation.Token);
            // Neither a span nor what else a handler has set for itself is for the next message.
            if (context is not null)
                ExecutionContext.Restore(context);
            _batch = null;
            if (_cancellation.IsCancellationRequested)
                _cancellation = new();
        }
        ranDry();
    }

    public void Take(HeldBatch batch, int index)
    {
        _index = index;
        _batch = batch;
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
