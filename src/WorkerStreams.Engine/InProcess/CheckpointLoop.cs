using WorkerStreams.Engine.Journal;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// Writes a checkpoint when so much has changed since the last one that it is worth its while: by no more than half as much again as the changes is written; or when memory
/// is short, for what a checkpoint has brought to the disk may leave it; or when the disk is full, for it lets go of the log, and of what was trimmed.
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
    private long _lastSequence;
    // As the memory meter has them.
    private long _stored;
    private volatile bool _hasFailed;
    private bool _isEnded;

    public CheckpointLoop(StreamStore store, IJournal journal)
    {
        (_store, _journal) = (store, journal);
        _running = RunAsync();
    }

    // What a start would have to replay, or to read again.
    private bool IsDue => _journal.BytesSinceCheckpoint + _journal.Chunks.BytesRead >= Math.Max(_store.Options.CheckpointBytes, 2 * _lastBytes);

    // What another would bring to the disk.
    private long Storable => _store.Meter.Storable - Volatile.Read(ref _stored);

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
            var isFull = _journal.IsFull && _journal.LastSequence > Volatile.Read(ref _lastSequence);
            if (!IsDue && !_hasFailed && !isFull && !_store.IsMemoryShort(Storable))
            {
                wait = Interval;
                continue;
            }
            var written = await Task.Factory.StartNew(
                () => TryWrite(static () => true), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            wait = written && !isFull ? Interval : TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks));
        }
    }

    /// <summary>Writes one on the caller's thread, unless meanwhile another was written and none is needed any more, or it would bring little to the disk, or the last one has failed.</summary>
    /// <returns>Whether one was written, or none is needed.</returns>
    public bool Write(Func<bool> isNeeded) => TryWrite(() => isNeeded() && !_hasFailed && Storable >= _store.LittleMemory) || !isNeeded();

    private bool TryWrite(Func<bool> isWorthIt)
    {
        try
        {
            lock (_writing)
            {
                if (_isEnded || !isWorthIt())
                    return false;
                var storable = _store.Meter.Storable;
                var sequence = _journal.LastSequence;
                _journal.WriteCheckpoint(sequence, Count(new Checkpoint(_store, _journal).GetParts()));
                Volatile.Write(ref _stored, storable);
                Volatile.Write(ref _lastSequence, sequence);
                _hasFailed = false;
                return true;
            }
        }
        catch (Exception failure)
        {
            // The one before stays in force.
            _hasFailed = true;
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
