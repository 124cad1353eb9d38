using System.Diagnostics;

namespace WorkerStreams.Engine.Journal;

/// <summary>The one thread that flushes: when a commit asks for it, or each second, as the policy has it; and a mark some time after the last flush.</summary>
internal sealed class FlushThread : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MarkDelay = TimeSpan.FromMilliseconds(100);

    // How long one who was told may hold up others.
    private static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(1);

    // How long a flush waits for those who mostly come again, at most, and for one of them at least.
    private static readonly long MostGathering = Stopwatch.Frequency / 1_000;
    private static readonly long LeastIdle = Stopwatch.Frequency / 50_000;

    private readonly FlushPolicy _policy;
    private readonly LogWriter _writer;
    private readonly CommitWaiters _waiters;
    private readonly Thread _thread;
    private readonly ITimer? _eachSecond;
    private readonly ITimer _markDelay;

    // Guards what is asked for; pulsed with it.
    private readonly object _signal = new();
    private Asked _asked;

    // Those who are being told, by one thread.
    private readonly List<Completion> _telling = [];
    // How many the last flush has told, or left waiting; and how long it took.
    private int _expected;
    private long _flushTook;
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
            MarkSoon();
    }

    /// <summary>Has what was appended before flushed soon.</summary>
    public void AskForFlush()
    {
        if (!Volatile.Read(ref _isFlushAsked))
            Ask(Asked.Flush);
    }

    /// <summary>Has the log tell soon what is on the disk.</summary>
    public void MarkSoon() => _markDelay.Change(MarkDelay, Timeout.InfiniteTimeSpan);

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
                break;
            if (asked == Asked.Nothing)
                Hurry();
            else if (asked == Asked.Mark && _policy != FlushPolicy.Always)
                _writer.WriteMark();
            else
                Flush(asked);
        }
        Hurry();
    }

    private Asked Wait()
    {
        lock (_signal)
        {
            while (_asked == Asked.Nothing && Monitor.Wait(_signal, _telling.Count > 0 ? Watch : Timeout.InfiniteTimeSpan))
            {
            }
            var asked = _asked;
            _asked = Asked.Nothing;
            // Before the flush takes what there is, and looks whether anybody waits: who appends later asks again.
            Interlocked.Exchange(ref _isFlushAsked, false);
            return asked;
        }
    }

    private void Flush(Asked asked)
    {
        Gather();
        // Whoever has asked was told: flushed with those who were gathered before, or by a checkpoint.
        if (asked == Asked.Flush && _policy == FlushPolicy.Always && _waiters.Waiting == 0)
            return;
        Hurry();
        var began = Stopwatch.GetTimestamp();
        var isNews = _writer.Sync();
        _flushTook = Stopwatch.GetTimestamp() - began;
        var done = _waiters.Take(out var left);
        _expected = done.Count + left;
        if (done.Count > 0)
            _telling.Add(done);
        done.Begin(byOne: true);
        if (isNews)
            MarkSoon();
    }

    // Who was told by the last flush mostly comes again at once. Not to wait for all of them would split them in two halves, each of which waits for the flush of the other, too.
    private void Gather()
    {
        var waiting = _waiters.Waiting;
        var began = Stopwatch.GetTimestamp();
        var most = Math.Min(2 * _flushTook, MostGathering);
        var mostIdle = Math.Max(most / 8, LeastIdle);
        for (var (now, last) = (began, began); waiting < _expected && now - began < most && now - last < mostIdle; now = Stopwatch.GetTimestamp())
        {
            Thread.Yield();
            if (_waiters.Waiting is var more && more > waiting)
                (waiting, last) = (more, Stopwatch.GetTimestamp());
        }
    }

    // Who is told may have blocked the thread that tells, and so holds up all who come after.
    private void Hurry()
    {
        _telling.ForEach(static telling => telling.Hurry());
        _telling.Clear();
    }
}
