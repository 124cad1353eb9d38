using StackExchange.Redis;

namespace WorkerStreams.Redis.Connections;

/// <summary>A connection that is made when it is first asked for. Where that fails, whoever asks next tries again.</summary>
internal sealed class LazyConnection(Func<Task<IConnectionMultiplexer>> connect)
{
    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _made;

    public Task<IConnectionMultiplexer> GetAsync()
    {
        lock (_lock)
            return _made is { IsFaulted: false, IsCanceled: false } ? _made : _made = connect();
    }

    /// <summary>Closes it, if it was made.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_made is { IsCompletedSuccessfully: true, Result: var connection })
                connection.Dispose();
        }
    }
}
