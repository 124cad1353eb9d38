namespace WorkerStreams.Benchmarks.Remote;

/// <summary>Up to a thousand publishes that have been sent and not answered; each is awaited, the oldest first.</summary>
internal sealed class SlidingWindow<TId>
{
    private readonly ValueTask<TId>[] _sent = new ValueTask<TId>[1000];
    private int _next;

    /// <summary>Awaits the oldest, which gives way to <see cref="Sent"/>.</summary>
    public ValueTask<TId> OldestAsync() => _sent[_next];

    public void Sent(ValueTask<TId> publish)
    {
        _sent[_next] = publish;
        _next = (_next + 1) % _sent.Length;
    }

    public async Task AllAsync()
    {
        for (var i = 0; i < _sent.Length; i++)
        {
            await OldestAsync();
            Sent(default);
        }
    }
}
