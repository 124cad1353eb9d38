using System.Diagnostics;

namespace WorkerStreams.Engine.Journal;

/// <summary>
/// Tells those whose commit is made, one after the other on one thread of the pool: a work item for each costs more than what most of them do, which is to append again; and threads that do that side by
/// side take the same locks and the same memory from each other. Where it takes longer than that, as many threads as the pool has for it.
/// </summary>
internal sealed class Completion(int most, long committed, Exception? error) : IThreadPoolWorkItem
{
    // What one thread alone may take, altogether and for each that it tells.
    private static readonly long HeadStart = Stopwatch.Frequency / 20_000;
    private static readonly long Each = Stopwatch.Frequency / 500_000;

    private const int ToldToLook = 4;

    private readonly List<(CommitWaiter Waiter, Exception? Error)> _waiters = new(most);
    private int _next = -1;
    private bool _isCalled;
    private volatile bool _isByOne;

    /// <summary>How many there are to tell.</summary>
    public int Count => _waiters.Count;

    /// <summary>Takes in one who waits, if the commit is made or never will be.</summary>
    public bool TryAdd(long sequence, CommitWaiter waiter)
    {
        var isCommitted = sequence <= committed;
        if (!isCommitted && error is null)
            return false;
        _waiters.Add((waiter, isCommitted ? null : error));
        return true;
    }

    /// <param name="byOne">Whether one thread may begin alone. Who is told may block it, so the caller then sees to it that <see cref="Hurry"/> follows.</param>
    public void Begin(bool byOne)
    {
        _isByOne = byOne;
        Call();
    }

    /// <summary>Each thread calls another from now on, as long as there are more to tell.</summary>
    public void Hurry() => Begin(byOne: false);

    public void Execute()
    {
        // Seen by all before it is looked how: either this thread calls the next, or who hurries does.
        Interlocked.Exchange(ref _isCalled, false);
        var due = Stopwatch.GetTimestamp() + HeadStart;
        for (var told = 0; Interlocked.Increment(ref _next) is var next && next < Count; told++)
        {
            if (told == 0 && !_isByOne)
                Call();
            _waiters[next].Waiter.End(_waiters[next].Error);
            due += Each;
            if (told % ToldToLook == 0 && _isByOne && Stopwatch.GetTimestamp() > due)
                Hurry();
        }
    }

    private void Call()
    {
        if (Volatile.Read(ref _next) < Count - 1 && !Interlocked.Exchange(ref _isCalled, true))
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
