namespace WorkerStreams.Benchmarks.Durable;

/// <summary>So many tasks that each append an entry, await it, and append the next.</summary>
internal static class Publishers
{
    public const int Many = 256;

    public static async Task RunAsync(int publishers, int messages, Func<ValueTask> append)
    {
        var left = messages;
        await Task.WhenAll(Enumerable.Range(0, publishers).Select(_ => PublishAsync()));

        async Task PublishAsync()
        {
            await Task.Yield();
            while (Interlocked.Decrement(ref left) >= 0)
                await append();
        }
    }
}
