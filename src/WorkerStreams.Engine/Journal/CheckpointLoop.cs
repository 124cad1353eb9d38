using WorkerStreams.Engine.InProcess;

namespace WorkerStreams.Engine.Journal;

/// <summary>Writes a checkpoint when so much has changed since the last one that it is worth its while: by no more than half as much again as the changes is written.</summary>
internal sealed class CheckpointLoop : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly StreamStore _store;
    private readonly IJournal _journal;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private long _lastBytes;

    public CheckpointLoop(StreamStore store, IJournal journal)
    {
        (_store, _journal) = (store, journal);
        _running = RunAsync();
    }

    /// <summary>Ends it, and the checkpoint that is under way.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _running.Wait();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(Interval, _store.Options.TimeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
                return;
            if (_journal.BytesSinceCheckpoint >= Math.Max(_store.Options.CheckpointBytes, 2 * _lastBytes))
                await Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private void Write()
    {
        try
        {
            _journal.WriteCheckpoint(_journal.LastSequence, Count(new Checkpoint(_store, _journal).GetParts()));
        }
        catch (OperationCanceledException)
        {
            // The one before stays in force.
        }
        catch (Exception failure) when (failure is IOException or StreamEngineException)
        {
            _store.Options.JournalLog?.Invoke(new(JournalEventKind.CheckpointFailed, $"A checkpoint could not be written to '{_store.Options.DataDirectory}': {failure.Message}"));
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> Count(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var bytes = 0L;
        foreach (var part in parts)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            bytes += part.Length;
            yield return part;
        }
        _lastBytes = bytes;
    }
}
