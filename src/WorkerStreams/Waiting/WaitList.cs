namespace WorkerStreams.Waiting;

/// <summary>
/// Those who wait for something. Each awaits a task of its own: <c>Task.WaitAsync</c> on a common one would go over the thread pool, away from the
/// SynchronizationContext.
/// </summary>
internal sealed class WaitList
{
    // Guards itself.
    private readonly List<TaskCompletionSource> _waiting = [];

    /// <summary>Joins the list at once; the task ends with the next <see cref="ReleaseAll"/>.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
            _waiting.Add(waiter);
        return WaitAsync(waiter, cancellation);
    }

    public void ReleaseAll()
    {
        lock (_waiting)
        {
            foreach (var waiter in _waiting)
                waiter.TrySetResult();
            _waiting.Clear();
        }
    }

    private async Task WaitAsync(TaskCompletionSource waiter, CancellationToken cancellation)
    {
        await using var registration = cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), waiter);
        try
        {
            await waiter.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_waiting)
                _waiting.Remove(waiter);
            throw;
        }
    }
}
