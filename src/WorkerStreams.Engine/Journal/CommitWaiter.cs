using System.Threading.Tasks.Sources;

namespace WorkerStreams.Engine.Journal;

/// <summary>What one waits on until a commit is made.</summary>
internal abstract class CommitWaiter
{
    /// <summary>It is made, or never will be.</summary>
    public abstract void End(Exception? error);
}

/// <summary>What one waits on who then answers with a result. Used again, so that a commit allocates nothing.</summary>
internal sealed class CommitWaiter<T> : CommitWaiter, IValueTaskSource<T>, IValueTaskSource
{
    private const int MostSpares = 4096;

    private static readonly Lock Sparing = new();
    private static readonly Stack<CommitWaiter<T>> Spares = new();

    // Who was told waits for the next commit at once, mostly.
    [ThreadStatic]
    private static CommitWaiter<T>? _spare;

    private ManualResetValueTaskSourceCore<T> _task;
    private T _result = default!;

    private CommitWaiter()
    {
    }

    public short Token => _task.Version;

    public static CommitWaiter<T> For(T result)
    {
        var waiter = _spare;
        if (waiter is not null)
            _spare = null;
        else
            waiter = TakeSpare() ?? new();
        waiter._result = result;
        return waiter;
    }

    public override void End(Exception? error)
    {
        var result = _result;
        _result = default!;
        if (error is null)
            _task.SetResult(result);
        else
            _task.SetException(Dispose(result) ?? error);
    }

    public T GetResult(short token)
    {
        // Who may not ask, or not yet, is refused before anything is let go that another has.
        if (GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The commit is not made yet, and can only be awaited.");
        try
        {
            return _task.GetResult(token);
        }
        finally
        {
            _task.Reset();
            if (_spare is null)
                _spare = this;
            else
                Spare();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _task.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _task.OnCompleted(continuation, state, token, flags);

    // Who waits is to hear of it, and not the thread that tells.
    private static Exception? Dispose(T result)
    {
        try
        {
            (result as IDisposable)?.Dispose();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static CommitWaiter<T>? TakeSpare()
    {
        lock (Sparing)
            return Spares.TryPop(out var spare) ? spare : null;
    }

    private void Spare()
    {
        lock (Sparing)
        {
            if (Spares.Count < MostSpares)
                Spares.Push(this);
        }
    }
}
