namespace WorkerStreams.Tests;

/// <summary>What calls allocate.</summary>
internal static class Allocation
{
    public const int Calls = 10_000;

    /// <summary>
    /// The bytes that <see cref="Calls"/> calls allocate: the least of some rounds, after one to warm up, for the runtime itself may allocate on the way. Of
    /// calls that complete at once, so that all is on this thread.
    /// </summary>
    public static async Task<long> LeastAsync<T>(Func<ValueTask<T>> call)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 4; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Calls; i++)
                await call();
            if (round > 0)
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
