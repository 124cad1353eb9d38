namespace WorkerStreams.Engine.Journal;

/// <summary>Brings what was appended to the files and to the disk, and knows how far that is. A failure is for good.</summary>
internal sealed class LogWriter(AppendBuffer buffer, Room room, long durable, bool commitsOnFlush, Action<Exception> failed)
{
    // Who has both takes _syncing first. _writing guards what is written, _syncing what is flushed.
    private readonly Lock _writing = new();
    private readonly Lock _syncing = new();
    private readonly List<WritePiece> _pieces = [];
    private List<Segment> _written = [];
    private List<Segment> _flushing = [];
    private long _writtenTo = durable;
    private long _durable = durable;
    private long _committed = durable;
    private Exception? _failure;

    /// <summary>The last sequence that is as durable as the policy promises; once something has failed, that is on the disk, for the system may have lost what it was handed.</summary>
    public long Committed => Failure is null ? Volatile.Read(ref _committed) : Durable;

    /// <summary>The last sequence that is on the disk.</summary>
    public long Durable => Volatile.Read(ref _durable);

    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Whether the log tells less than is durable.</summary>
    public bool IsMarkDue => buffer.Marked < Durable;

    /// <summary>Hands to the operating system what was appended, if the record of that sequence is not there yet.</summary>
    /// <returns>False where it failed.</returns>
    public bool TryWrite(long sequence)
    {
        lock (_writing)
        {
            if (_writtenTo < sequence)
                Write(flush: false);
            return Failure is null && _writtenTo >= sequence;
        }
    }

    /// <summary>Writes a mark, if one is due, without a flush.</summary>
    public void WriteMark()
    {
        lock (_writing)
        {
            Mark();
            Write(flush: false);
        }
    }

    /// <summary>Brings to the disk all that was appended before. Any thread may, one at a time.</summary>
    /// <returns>Whether there was a record among it.</returns>
    public bool Sync()
    {
        lock (_syncing)
        {
            long target;
            lock (_writing)
            {
                Mark();
                if (!Write(flush: true))
                    return false;
                target = _writtenTo;
                (_flushing, _written) = (_written, _flushing);
            }
            try
            {
                foreach (var segment in _flushing)
                    segment.File.Flush();
            }
            catch (Exception error)
            {
                Fail(error);
                return false;
            }
            _flushing.Clear();
            var isNews = target > _durable;
            Volatile.Write(ref _durable, target);
            if (commitsOnFlush)
                Volatile.Write(ref _committed, target);
            return isNews;
        }
    }

    /// <summary>Segments that are needed no more are not flushed any more: a mark in them may be all that was not.</summary>
    public void Forget(List<Segment> segments)
    {
        lock (_syncing)
        lock (_writing)
            _written.RemoveAll(segments.Contains);
    }

    public void Fail(Exception error)
    {
        if (Interlocked.CompareExchange(ref _failure, error, null) is not null)
            return;
        buffer.End();
        failed(error);
    }

    private void Mark()
    {
        if (IsMarkDue)
            room.Give(buffer.Mark(Durable));
    }

    private bool Write(bool flush)
    {
        if (Failure is not null)
            return false;
        var last = buffer.Take(_pieces, flush);
        try
        {
            foreach (var piece in _pieces)
            {
                piece.Write();
                if (_written.Count == 0 || _written[^1] != piece.Segment)
                    _written.Add(piece.Segment);
            }
        }
        catch (Exception error)
        {
            Fail(error);
            return false;
        }
        buffer.Return(_pieces);
        _pieces.Clear();
        _writtenTo = last;
        if (!commitsOnFlush)
            Volatile.Write(ref _committed, last);
        return true;
    }
}
