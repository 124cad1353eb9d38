using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>
/// A log of records in a folder, and checkpoints that replace its beginning. Records are bytes; what they mean is for others to know. Safe for any
/// number of threads, once opened.
/// </summary>
internal sealed class FileJournal : IJournal
{
    // As many files as a large stream has are open.
    private const int ChunkFileSegments = 4;

    private readonly IJournalFolder _folder;
    private readonly IDisposable _folderLock;
    private readonly FileJournalOptions _options;
    private readonly ulong _log;
    private readonly AppendBuffer _buffer;
    private readonly Room _room;
    private readonly SegmentSupply _supply;
    private readonly LogWriter _writer;
    private readonly CommitWaiters _waiters;
    private readonly FlushThread _flush;
    private readonly ChunkFiles _chunks;
    private readonly IdCeilingFile _ids;
    private readonly long _foundIdCeiling;
    private readonly Lock _checkpointing = new();
    // Guarded by _checkpointing.
    private long _checkpoint;
    private long _bytesAtCheckpoint;
    private bool _isClosed;

    private FileJournal(IJournalFolder folder, IDisposable folderLock, FileJournalOptions options, RecoveredLog found, ChunkFiles chunks, IdCeilingFile ids)
    {
        (_folder, _folderLock, _options, _log, _chunks, _ids) = (folder, folderLock, options, found.Log, chunks, ids);
        _foundIdCeiling = ids.Ceiling;
        _checkpoint = found.Checkpoint;
        _buffer = new(found);
        // The mark about what was found is still to be written.
        _room = new(found.Room - AppendBuffer.MarkBytes);
        _supply = new(folder, options, found, _buffer, _room);
        _writer = new(_buffer, _room, found.LastSequence, options.FlushPolicy == FlushPolicy.Always, WhenFailed);
        _waiters = new(_writer, Failure);
        _flush = new(options, _writer, _waiters);
        _chunks.Serve(_log, _writer.Fail);
        foreach (var segment in (IEnumerable<Segment>)[found.Active, .. found.Prepared])
            segment.BeginToWrite(options);
        _supply.Start();
        _flush.Start();
    }

    /// <summary>The sequence of the last record; 0 before the first.</summary>
    public long LastSequence => _buffer.LastSequence;

    public IChunkStore Chunks => _chunks;

    public bool CommitsToDisk => _options.FlushPolicy == FlushPolicy.Always;

    public long IdCeiling => _ids.Ceiling;

    /// <summary>The bytes of log since the last checkpoint.</summary>
    public long BytesSinceCheckpoint => _buffer.Bytes - Volatile.Read(ref _bytesAtCheckpoint);

    /// <summary>
    /// Opens a journal, or begins one where there is none: takes the folder's lock, loads the last checkpoint and replays what was recorded
    /// after it. Incomplete writes at the end are cut off and logged.
    /// </summary>
    /// <exception cref="IOException">
    /// Another process has the folder, or it cannot be used; or what was once on the disk is damaged or missing, or of a newer version. The
    /// message says which file, where in it, and what to do.
    /// </exception>
    /// <param name="folder">Where.</param>
    /// <param name="options">The settings.</param>
    /// <param name="replay">Is told what there is.</param>
    /// <param name="repairs">Makes it the second half of a repair: what chunks are damaged is left out.</param>
    public static FileJournal Open(IJournalFolder folder, FileJournalOptions options, IJournalReplay replay, Repairs? repairs = null)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("A journal is written and read by little-endian machines alone, and this one is big-endian. Keep the streams in memory, or use a server.");
        folder.Create();
        var folderLock = folder.Lock();
        var chunks = new ChunkFiles(folder, ChunkFileSegments * (long)options.SegmentBytes, keptFree: options.SegmentBytes, repairs);
        IdCeilingFile? ids = null;
        try
        {
            // What is refused is refused before anything is changed.
            ids = new(folder);
            replay.Begin(chunks);
            var found = new Recovery(folder, options, replay, chunks).Run();
            // Not before it is known that there is no damage.
            chunks.RemoveUnneeded();
            if (options.FlushPolicy != FlushPolicy.Always)
                ids.Make();
            return new(folder, folderLock, options, found, chunks, ids);
        }
        catch
        {
            ids?.Dispose();
            chunks.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes a damaged journal one that opens: cuts it off at the damage, and keeps what it cuts off in files beside it, whose names begin
    /// with <c>cut-</c>.
    /// </summary>
    /// <returns>What was damaged and what was done; nothing where the journal is in order.</returns>
    /// <exception cref="IOException">Another process has the folder, or it cannot be used, or a newer version wrote it.</exception>
    public static Repairs Repair(IJournalFolder folder, FileJournalOptions options)
    {
        using var folderLock = folder.Lock();
        var repairs = new Repairs(folder);
        var found = new Recovery(folder, options, replay: null, chunks: null, repairs).Run();
        foreach (var segment in (IEnumerable<Segment>)[.. found.Closed, found.Active, .. found.Prepared])
            segment.Dispose();
        IdCeilingFile.Repair(folder, repairs);
        return repairs;
    }

    public void RaiseIdCeiling(long milliseconds)
    {
        if (_writer.Failure is not null)
            throw Failure();
        try
        {
            _ids.Write(milliseconds);
        }
        catch (Exception error)
        {
            _writer.Fail(error);
            throw Failure();
        }
    }

    /// <summary>
    /// Takes room for one record of at most so many bytes, which <see cref="Append"/> or <see cref="Release"/> gives back. Blocks the thread
    /// where records come faster than the disk makes segments ready. An urgent record, which is to make room, may take most of the last segment's worth too.
    /// </summary>
    /// <returns>False when the disk is full.</returns>
    /// <exception cref="StreamEngineException">The journal has failed or is closed.</exception>
    public bool TryReserve(long bytes, bool urgent) => _writer.Failure is null ? _supply.TryReserve(bytes, urgent) : throw Failure();

    public bool IsFull => _supply.IsFull;

    public bool HasRoomToSpare => _supply.HasRoomToSpare;

    public bool MayExceed(long bytes) => _supply.MayExceed(bytes);

    /// <summary>Gives back room that was reserved and is not needed.</summary>
    public void Release(long bytes) => _room.Give(Room.CostOf(bytes));

    /// <summary>
    /// Adds a record. Does not fail, not even when the journal has failed: the commit tells that. Where records took more than was reserved for them, and all that is kept back, it blocks the
    /// thread until there is room; only where the disk is full, too, is that the end of the journal.
    /// </summary>
    /// <param name="record">Its bytes, which are copied.</param>
    /// <param name="reserved">What was reserved for it.</param>
    /// <returns>Its sequence: 1, 2, 3 ...</returns>
    public long Append(ReadOnlySpan<byte> record, long reserved)
    {
        if (!_buffer.TryAppend(record, out var sequence, out var used))
            AppendOnceMade(record, out sequence, out used);
        _room.Give(Room.CostOf(reserved) - used);
        return sequence;
    }

    /// <summary>Whether the record, and all before it, is as durable as the policy promises.</summary>
    public bool IsCommitted(long sequence) => _writer.Committed >= sequence;

    /// <summary>
    /// Completes when the record, and all before it, is as durable as the policy promises: under <see cref="FlushPolicy.Always"/> by a flush
    /// that all share who wait, otherwise synchronously. To be awaited once.
    /// </summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: the journal has failed or is closed.</exception>
    public ValueTask CommitAsync(long sequence) => Wait(sequence, true) is { } commit ? new(commit, commit.Token) : default;

    /// <summary>The same, and then answers with a result, which is disposed of where it fails.</summary>
    /// <inheritdoc cref="CommitAsync(long)"/>
    public ValueTask<T> CommitAsync<T>(long sequence, T result) => Wait(sequence, result) is { } commit ? new(commit, commit.Token) : new(result);

    /// <summary>
    /// Writes a checkpoint, beside the log and without stopping it; then the log up to that sequence is needed no more, and its segments are used again.
    /// </summary>
    /// <param name="sequence">The last record whose effect the parts hold. Nothing is done where a later checkpoint is in force.</param>
    /// <param name="parts">Bytes, each part at most some MB; pulled one after the other, and used no longer than until the next is asked for.</param>
    /// <exception cref="IOException">It could not be written; the one before stays in force.</exception>
    /// <exception cref="StreamEngineException">The journal has failed or is closed.</exception>
    public void WriteCheckpoint(long sequence, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, LastSequence);
        lock (_checkpointing)
        {
            // The log that an earlier one would need may be gone.
            if (sequence < _checkpoint)
                return;
            // A checkpoint vouches for the log before it, so that comes first.
            Sync(sequence);
            var bytes = _buffer.Bytes;
            var (start, first) = _buffer.StartAfter(sequence);
            _chunks.CheckpointBegins();
            CheckpointFile.Write(_folder, new(_log, Size: 0, sequence, start, first), ThenSync(parts));
            _checkpoint = sequence;
            Volatile.Write(ref _bytesAtCheckpoint, bytes);
            Forget(sequence, start);
        }
    }

    /// <summary>Writes and flushes everything, whatever the policy, and gives the folder back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
            return;
        _flush.Dispose();
        // The second time with the mark that all is durable.
        if (_writer.Sync())
            _writer.Sync();
        if (_writer.Failure is null)
            LowerIdCeiling();
        _writer.Fail(new ObjectDisposedException(nameof(FileJournal)));
        _supply.Dispose();
        // A checkpoint that is under way needs the folder, and comes to its end.
        lock (_checkpointing)
        {
            foreach (var segment in _buffer.Segments())
                segment.Dispose();
            _chunks.Dispose();
            _ids.Dispose();
            _folderLock.Dispose();
        }
    }

    private CommitWaiter<T>? Wait<T>(long sequence, T result)
    {
        if (_writer.Committed >= sequence)
            return null;
        if (_options.FlushPolicy != FlushPolicy.Always)
            return _writer.TryWrite(sequence) ? null : _waiters.Failed(result);
        var commit = _waiters.Wait(sequence, result);
        _flush.AskForFlush();
        return commit;
    }

    private void AppendOnceMade(ReadOnlySpan<byte> record, out long sequence, out long used)
    {
        // Looked at first, so that no segment is missed which is made while the record is tried.
        for (var made = _supply.SegmentsMade; !_buffer.TryAppend(record, out sequence, out used); made = _supply.SegmentsMade)
        {
            if (!_supply.TryMakeMore(made))
                _writer.Fail(JournalErrors.NotReserved());
        }
    }

    // The log tells of all ids that were given since it was opened. Of those that an end before that has lost, it does not. Where that cannot be written, the next ones are somewhat
    // ahead of the clock.
    private void LowerIdCeiling()
    {
        try
        {
            if (_ids.Ceiling > _foundIdCeiling)
                _ids.Write(_foundIdCeiling);
        }
        catch (IOException)
        {
        }
    }

    // What the parts know of later records is to be on the disk too, before the checkpoint has its name: or numbers that it knows would be given again after a crash.
    private IEnumerable<ReadOnlyMemory<byte>> ThenSync(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        foreach (var part in parts)
            yield return part;
        _chunks.Flush();
        Sync(LastSequence);
    }

    private void Sync(long sequence)
    {
        if (_writer.Durable < sequence && _writer.Sync())
            _flush.MarkSoon();
        _waiters.Complete();
        // Once it has failed, memory may know what nothing tells of.
        if (_writer.Failure is not null || _writer.Durable < sequence)
            throw Failure();
    }

    // The log up to there is in a checkpoint that is on the disk; that an older file cannot be deleted does no harm.
    private void Forget(long sequence, long start)
    {
        try
        {
            foreach (var older in FileNames.Checkpoints(_folder.List()).Where(other => other != sequence))
                _folder.Delete(FileNames.Checkpoint(older));
            _folder.Flush();
            _chunks.CheckpointEnds();
            var removed = _buffer.RemoveBefore(start);
            _writer.Forget(removed);
            removed.ForEach(segment => segment.Dispose());
            _supply.Free(removed.ConvertAll(segment => segment.File.Name));
        }
        catch (IOException)
        {
        }
    }

    private StreamEngineException Failure() =>
        _writer.Failure is null or ObjectDisposedException ? JournalErrors.Closed() : JournalErrors.Failed(_writer.Failure);

    private void WhenFailed(Exception error)
    {
        _supply.End();
        _waiters.Complete();
        if (error is ObjectDisposedException || _options.Log is not { } log)
            return;
        // Elsewhere: whoever has found it out may have locks.
        ThreadPool.UnsafeQueueUserWorkItem(
            static told => told.log(told.failed),
            (log, failed: new JournalEvent(JournalEventKind.Failed, $"The journal in '{_folder.Path}' takes nothing any more: {error.Message}")),
            preferLocal: false);
    }
}
