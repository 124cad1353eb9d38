namespace WorkerStreams.Benchmarks.Harness;

/// <summary>A producer and a consumer at once, each on a thread of the pool.</summary>
internal static class BothSides
{
    /// <summary>Ends when both have ended; the failure of one is not hidden by the other's waiting for it.</summary>
    public static async Task RunAsync(Func<Task> produce, Func<Task> consume)
    {
        var (producer, consumer) = (OnThePool(produce), OnThePool(consume));
        await await Task.WhenAny(producer, consumer);
        await Task.WhenAll(producer, consumer);
    }

    private static async Task OnThePool(Func<Task> side)
    {
        await Task.Yield();
        await side();
    }
}
