using WorkerStreams.Engine.Journal;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// The times that ids by the clock may have. Where the last records may be lost with the machine, they stay below a ceiling that is on the disk; after a crash they begin at it, above all that
/// anyone may have seen, whatever the clock says then. In milliseconds since 1970-01-01 UTC.
/// </summary>
internal sealed class IdCeiling(TimeProvider time)
{
    // By so much ids may be ahead of the clock after a crash.
    private const long Ahead = 10_000;
    private const long LeastLeft = 5_000;

    private readonly Lock _raising = new();
    private IJournal? _journal;
    private long _ceiling = long.MaxValue;
    private long _floor;

    /// <summary>From now on a journal has the ceiling. Before the first command.</summary>
    public void Keep(IJournal journal)
    {
        _floor = journal.IdCeiling;
        if (!journal.CommitsToDisk)
            (_journal, _ceiling) = (journal, _floor);
    }

    /// <summary>The time for an id, now that it is <paramref name="now"/>: where raising the ceiling has not kept up with the clock, ids wait for it and are counted on.</summary>
    public long Bound(long now) => Math.Max(Math.Min(now, Volatile.Read(ref _ceiling) - 1), _floor);

    /// <summary>Raises the ceiling when the clock comes near it. Without any lock, for it waits for the disk: one caller now and then, and all of them where there is no time left.</summary>
    /// <exception cref="StreamEngineException">It cannot be written.</exception>
    public void KeepAhead()
    {
        if (_journal is null)
            return;
        var now = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), _floor);
        if (Left(now) > LeastLeft)
            return;
        if (Left(now) <= 0)
            _raising.Enter();
        else if (!_raising.TryEnter())
            return;
        try
        {
            if (Left(now) > LeastLeft)
                return;
            _journal.RaiseIdCeiling(now + Ahead);
            Volatile.Write(ref _ceiling, now + Ahead);
        }
        finally
        {
            _raising.Exit();
        }
    }

    private long Left(long now) => Volatile.Read(ref _ceiling) - now;
}
