namespace WorkerStreams.Engine.Journal;

/// <summary>Keeps segments ready ahead of the log, on a thread of its own, and lets in only what will find room.</summary>
internal sealed class SegmentSupply : IDisposable
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    // A part of the reserve is left even by what is urgent, for what is not reserved: it cannot be refused.
    private const int UrgentParts = 4;

    private readonly IJournalFolder _folder;
    private readonly FileJournalOptions _options;
    private readonly SegmentMaker _maker;
    private readonly AppendBuffer _buffer;
    private readonly Room _room;
    private readonly Thread _thread;
    private readonly ITimer _retry;
    private readonly long _segmentRoom;

    // Guards what follows; pulsed when it changes.
    private readonly object _changed = new();
    private readonly Queue<string> _free;
    private long _nextNumber;
    private long _made;
    private long _demand;
    private volatile bool _isMoreWanted;
    private long _failures;
    private bool _isFull;
    private bool _isRetryDue;
    private bool _isEnded;

    private bool _isWorking = true;

    // What is yet to be told; guarded by itself.
    private readonly Queue<JournalEvent> _news = new();

    public SegmentSupply(IJournalFolder folder, FileJournalOptions options, RecoveredLog found, AppendBuffer buffer, Room room)
    {
        (_folder, _options, _buffer, _room) = (folder, options, buffer, room);
        _maker = new(folder, found.Log, options.SegmentBytes);
        _nextNumber = found.Active.Number + found.Prepared.Count + 1;
        _free = new(found.Free);
        _segmentRoom = Segment.RoomIn(options.SegmentBytes);
        _retry = options.TimeProvider.CreateTimer(static supply => ((SegmentSupply)supply!).Retry(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new(Work) { IsBackground = true, Name = "WorkerStreams journal segments" };
    }

    // One segment is the reserve, and one is for appends while another is being made.
    private long Target => (2 * _segmentRoom) + _demand;

    private bool HasEnough => !_isMoreWanted && _room.Left >= Target;

    /// <summary>Whether there is room beyond the last segment's worth.</summary>
    public bool HasRoomToSpare => _room.Left >= _segmentRoom;

    /// <inheritdoc cref="IJournal.IsFull"/>
    public bool IsFull => Volatile.Read(ref _isFull);

    /// <inheritdoc cref="IJournal.MayExceed"/>
    public bool MayExceed(long bytes) => !IsFull || _room.Left - bytes >= _segmentRoom;

    public void Start() => _thread.Start();

    /// <summary>As <see cref="FileJournal.TryReserve"/>.</summary>
    public bool TryReserve(long bytes, bool urgent)
    {
        var cost = Room.CostOf(bytes);
        var leave = urgent ? _segmentRoom / UrgentParts : _segmentRoom;
        if (!_room.TryTake(cost, leave))
            return TryReserveOnceMade(cost, leave);
        if (!Volatile.Read(ref _isWorking) && _room.Left < 2 * _segmentRoom)
            Wake();
        return true;
    }

    /// <summary>How many segments were made.</summary>
    public long SegmentsMade
    {
        get
        {
            lock (_changed)
                return _made;
        }
    }

    /// <summary>Blocks until more segments were made than so many, however much room there is by what was promised.</summary>
    /// <returns>False when the disk is full, or no more are made.</returns>
    public bool TryMakeMore(long made)
    {
        lock (_changed)
        {
            for (var failures = _failures; _made <= made;)
            {
                if (_isEnded || (_isFull && _failures > failures))
                    return false;
                _isMoreWanted = _isRetryDue = true;
                Monitor.PulseAll(_changed);
                Monitor.Wait(_changed);
            }
            return true;
        }
    }

    /// <summary>Files that the log needs no more: some are kept for new segments, the rest is deleted.</summary>
    public void Free(List<string> names)
    {
        lock (_changed)
        {
            foreach (var name in names)
            {
                if (_free.Count < _options.SpareSegments)
                    _free.Enqueue(name);
                else
                    _folder.Delete(name);
            }
            _isRetryDue = true;
            Monitor.PulseAll(_changed);
        }
    }

    /// <summary>No more segments are made, and nobody waits for room any more: there is as much as anyone asks for, since nothing is kept.</summary>
    public void End()
    {
        lock (_changed)
        {
            if (!_isEnded)
                _room.Give(long.MaxValue / 2);
            _isEnded = true;
            Monitor.PulseAll(_changed);
        }
    }

    public void Dispose()
    {
        End();
        _retry.Dispose();
        _thread.Join();
    }

    private bool TryReserveOnceMade(long cost, long leave)
    {
        lock (_changed)
        {
            while (!_room.TryTake(cost, leave))
            {
                if (_isFull)
                    return false;
                _demand = Math.Max(_demand, cost);
                Monitor.PulseAll(_changed);
                Monitor.Wait(_changed);
            }
            return true;
        }
    }

    private void Wake()
    {
        lock (_changed)
            Monitor.PulseAll(_changed);
    }

    private void Retry()
    {
        lock (_changed)
        {
            _isRetryDue = true;
            Monitor.PulseAll(_changed);
        }
    }

    private void Work()
    {
        while (TryGetWork(out var number, out var free))
        {
            try
            {
                var segment = free is null ? Make(number) : _maker.Recycle(free, number);
                segment.BeginToWrite(_options);
                _buffer.Add(segment);
                Made();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                CouldNotMake(error);
            }
        }
    }

    // Looked at first: to try would take the last bytes from others each time, and so would to succeed from the checkpoint that makes room. But it is tried for what cannot be refused.
    private Segment Make(long number) => !_isMoreWanted && _folder.FreeBytes is { } free && free < 2L * _options.SegmentBytes
        ? throw JournalErrors.NoRoom(_options.SegmentBytes, free, _options.SegmentBytes)
        : _maker.Make(number);

    private bool TryGetWork(out long number, out string? free)
    {
        lock (_changed)
        {
            while (!_isEnded && (_isFull ? !_isRetryDue : HasEnough))
            {
                _demand = 0;
                Volatile.Write(ref _isWorking, false);
                // Who has just taken room may have seen this thread at work.
                Interlocked.MemoryBarrier();
                if (_isFull || HasEnough)
                    Monitor.Wait(_changed);
                Volatile.Write(ref _isWorking, true);
            }
            _isRetryDue = false;
            number = _nextNumber;
            _free.TryDequeue(out free);
            return !_isEnded;
        }
    }

    private void Made()
    {
        bool wasFull;
        lock (_changed)
        {
            _nextNumber++;
            _made++;
            _isMoreWanted = false;
            _room.Give(_segmentRoom);
            (wasFull, _isFull) = (_isFull, false);
            Monitor.PulseAll(_changed);
        }
        if (wasFull)
            Tell(new(JournalEventKind.DiskHasRoom, $"There is room again for the journal in '{_folder.Path}'."));
    }

    private void CouldNotMake(Exception error)
    {
        bool wasFull;
        lock (_changed)
        {
            (wasFull, _isFull) = (_isFull, true);
            _failures++;
            _retry.Change(TryAgain, Timeout.InfiniteTimeSpan);
            Monitor.PulseAll(_changed);
        }
        if (wasFull)
            return;
        Tell(new(JournalEventKind.DiskFull, $"The journal in '{_folder.Path}' finds no room for another segment of {_options.SegmentBytes} bytes: {error.Message}"));
    }

    // Elsewhere, and in order: who is told may call the engine, and wait there for what this thread makes.
    private void Tell(JournalEvent news)
    {
        lock (_news)
        {
            _news.Enqueue(news);
            if (_news.Count == 1)
                ThreadPool.UnsafeQueueUserWorkItem(static supply => supply.TellAll(), this, preferLocal: false);
        }
    }

    private void TellAll()
    {
        for (var more = true; more;)
        {
            JournalEvent news;
            lock (_news)
                news = _news.Peek();
            _options.Log?.Invoke(news);
            lock (_news)
            {
                _news.Dequeue();
                more = _news.Count > 0;
            }
        }
    }
}
