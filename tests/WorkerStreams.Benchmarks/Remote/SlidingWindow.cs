namespace WorkerStreams.Benchmarks.Remote;

/// <summary>Up to a thousand publishes that have been sent and not answered; each is awaited, the oldest first.</summary>
internal sealed class SlidingWindow
{
    private readonly Task[] _sent = [.. Enumerable.Repeat(Task.CompletedTask, 1000)];
    private int _next;

    /// <summary>Waits until there is room for another.</summary>
    public Task BeforeAsync() => _sent[_next];

    public void Add(Task publish)
    {
        _sent[_next] = publish;
        _next = (_next + 1) % _sent.Length;
    }

    public Task AllAsync() => Task.WhenAll(_sent);
}
