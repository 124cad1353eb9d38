namespace WorkerStreams.Engine.Journal;

/// <summary>The one thread that flushes: when a commit asks for it, or each second, as the policy has it; and a mark some time after the last flush.</summary>
internal sealed class FlushThread : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MarkDelay = TimeSpan.FromMilliseconds(100);

    private const int MostIdleYields = 20;

    private readonly FlushPolicy _policy;
    private readonly LogWriter _writer;
    private readonly CommitWaiters _waiters;
    private readonly Thread _thread;
    private readonly ITimer? _eachSecond;
    private readonly ITimer _markDelay;

    // Guards what is asked for; pulsed with it.
    private readonly object _signal = new();
    private Asked _asked;

    // How many the last flush has told.
    private int _told;
    private bool _isFlushAsked;

    public FlushThread(FileJournalOptions options, LogWriter writer, CommitWaiters waiters)
    {
        (_policy, _writer, _waiters) = (options.FlushPolicy, writer, waiters);
        _thread = new(Work) { IsBackground = true, Name = "WorkerStreams journal flush" };
        _markDelay = Timer(Asked.Mark, Timeout.InfiniteTimeSpan);
        if (_policy == FlushPolicy.EverySecond)
            _eachSecond = Timer(Asked.Flush, Second);

        ITimer Timer(Asked what, TimeSpan period) => options.TimeProvider.CreateTimer(_ => Ask(what), null, period, period);
    }

    [Flags]
    private enum Asked
    {
        Nothing = 0,
        Flush = 1,
        Mark = 2,
        End = 4,
    }

    public void Start()
    {
        _thread.Start();
        if (_writer.IsMarkDue)
            _markDelay.Change(MarkDelay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has what was appended before flushed soon.</summary>
    public void AskForFlush()
    {
        if (!Volatile.Read(ref _isFlushAsked))
            Ask(Asked.Flush);
    }

    public void Dispose()
    {
        _eachSecond?.Dispose();
        _markDelay.Dispose();
        Ask(Asked.End);
        _thread.Join();
    }

    private void Ask(Asked what)
    {
        lock (_signal)
        {
            _asked |= what;
            if (what == Asked.Flush)
                Volatile.Write(ref _isFlushAsked, true);
            Monitor.Pulse(_signal);
        }
    }

    private void Work()
    {
        while (_writer.Failure is null)
        {
            var asked = Wait();
            if (asked.HasFlag(Asked.End))
                return;
            if (asked.HasFlag(Asked.Flush) || _policy == FlushPolicy.Always)
                Flush();
            else
                _writer.WriteMark();
        }
    }

    private Asked Wait()
    {
        lock (_signal)
        {
            while (_asked == Asked.Nothing)
                Monitor.Wait(_signal);
            var asked = _asked;
            _asked = Asked.Nothing;
            // Before the flush takes what there is: who appends later asks again.
            Volatile.Write(ref _isFlushAsked, false);
            return asked;
        }
    }

    private void Flush()
    {
        Gather();
        var isNews = _writer.Sync();
        _told = _waiters.Complete();
        if (isNews)
            _markDelay.Change(MarkDelay, Timeout.InfiniteTimeSpan);
    }

    // Who was told by the last flush mostly comes again at once. Not to wait for most of them makes every second flush one for the first few.
    private void Gather()
    {
        var waiting = _waiters.Waiting;
        for (var idle = 0; 4 * waiting < 3 * _told && idle < MostIdleYields; idle++)
        {
            Thread.Yield();
            if (_waiters.Waiting is var now && now > waiting)
                (waiting, idle) = (now, 0);
        }
    }
}
