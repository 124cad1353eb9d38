namespace WorkerStreams.Benchmarks.Harness;

/// <summary>
/// Holds a producer back when it is too far ahead of its consumer: what the bound of a channel does, for a stream that would
/// grow, or lose what trimming takes. It works in batches, so that it costs neither side much.
/// </summary>
internal sealed class Window(int batches, int batch) : IDisposable
{
    private readonly SemaphoreSlim _free = new(batches);

    /// <summary>To be awaited by the producer before each message; it counts from 0.</summary>
    public ValueTask BeforeAsync(int message) => message % batch == 0 ? new(_free.WaitAsync()) : default;

    /// <summary>To be told by the consumer, when it has come from one count of messages to another.</summary>
    public void Passed(int from, int to)
    {
        if (to / batch - from / batch is > 0 and var freed)
            _free.Release(freed);
    }

    public void Dispose() => _free.Dispose();
}
