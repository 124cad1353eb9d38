using WorkerStreams.Engine.Journal;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// Writes a checkpoint when so much has changed since the last one that it is worth its while: by no more than half as much again as the changes is written; or when memory
/// is short, for what a checkpoint has brought to the disk may leave it.
/// </summary>
internal sealed class CheckpointLoop : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly StreamStore _store;
    private readonly IJournal _journal;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private readonly Lock _writing = new();
    private long _lastBytes;
    private volatile bool _hasKept;
    private bool _isEnded;
    // The bytes of changes with which another may bring something to the disk, where the last one has not.
    private long _worthFrom;

    public CheckpointLoop(StreamStore store, IJournal journal)
    {
        (_store, _journal) = (store, journal);
        _running = RunAsync();
    }

    // What a start would have to replay, or to read again.
    private bool IsDue => _journal.BytesSinceCheckpoint + _journal.Chunks.BytesRead >= Math.Max(_store.Options.CheckpointBytes, 2 * _lastBytes);

    /// <summary>Ends it, once a checkpoint that is under way or due is written, so that the next start has little to replay.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _running.Wait();
        lock (_writing)
        {
            if (IsDue)
                TryWrite(static () => true);
            // The streams are about to go, and no checkpoint may miss them.
            _isEnded = true;
        }
    }

    private async Task RunAsync()
    {
        for (var wait = Interval; ;)
        {
            await Task.Delay(wait, _store.Options.TimeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
                return;
            try
            {
                // What nobody waits for, such as who was seen, is not to lie about.
                await _journal.CommitAsync(_journal.LastSequence).ConfigureAwait(false);
            }
            catch (StreamEngineException)
            {
                // It has failed, for good.
                return;
            }
            if (!IsDue && !_store.IsMemoryShort(_journal.BytesSinceCheckpoint))
                continue;
            var written = await Task.Factory.StartNew(
                () => TryWrite(static () => true), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            wait = written ? Interval : TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks));
        }
    }

    /// <summary>Writes one on the caller's thread, unless meanwhile another was written and none is needed any more, or it would do no more than the last one, which has brought nothing to the disk.</summary>
    /// <returns>Whether none is needed, or the last one has brought anything to the disk.</returns>
    public bool Write(Func<bool> isNeeded) =>
        TryWrite(() => isNeeded() && _journal.BytesSinceCheckpoint >= _worthFrom) && (_hasKept || !isNeeded());

    private bool TryWrite(Func<bool> isNeeded)
    {
        try
        {
            lock (_writing)
            {
                if (_isEnded)
                    return false;
                if (!isNeeded())
                    return true;
                var checkpoint = new Checkpoint(_store, _journal);
                try
                {
                    _journal.WriteCheckpoint(_journal.LastSequence, Count(checkpoint.GetParts()));
                }
                finally
                {
                    _hasKept = checkpoint.HasKept;
                    _worthFrom = _hasKept ? 0 : _journal.BytesSinceCheckpoint + _store.LittleMemory;
                }
                return true;
            }
        }
        catch (Exception failure)
        {
            // The one before stays in force.
            _store.Options.JournalLog?.Invoke(new(JournalEventKind.CheckpointFailed, $"A checkpoint could not be written to '{_store.Options.DataDirectory}': {failure.Message}"));
            return false;
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> Count(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var bytes = 0L;
        foreach (var part in parts)
        {
            bytes += part.Length;
            yield return part;
        }
        _lastBytes = bytes;
    }
}
