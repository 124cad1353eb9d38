namespace WorkerStreams.Benchmarks.Durable;

/// <summary>So many tasks that each append an entry, await it, and append the next: with nothing in between, for that would be measured too.</summary>
internal static class Publishers
{
    public const int Many = 256;

    public static async Task RunAsync<T>(int publishers, int messages, Func<ValueTask<T>> append)
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
