using System.Collections.Concurrent;
using StackExchange.Redis;

namespace WorkerStreams.Redis.Connections;

/// <summary>
/// The connections on which reads wait, each for one read at a time, since what is sent after a command that blocks waits with it. They are made when first
/// needed and kept. Where all are taken, reads take turns.
/// </summary>
internal sealed class BlockingConnections(Func<Task<IConnectionMultiplexer>> connect, IConnectionMultiplexer? control, int max, TimeSpan longestSlice) : IDisposable
{
    // Short, for others wait for their turn.
    private static readonly TimeSpan CrowdedSlice = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _places = new(max);
    private readonly ConcurrentBag<BlockingConnection> _free = [];
    private readonly ConcurrentDictionary<BlockingConnection, bool> _all = [];
    private int _queue, _reads;
    // By which reads are ended: one that is there already, or one of its own.
    private readonly Lazy<Task<IConnectionMultiplexer>> _control = new(() => control is null ? connect() : Task.FromResult(control));
    private volatile bool _disposed;

    /// <summary>The reads that were asked to wait and have not ended.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>How long a read may wait at the server before it gives its turn to another or asks anew.</summary>
    public TimeSpan Slice => Volatile.Read(ref _queue) > 0 && CrowdedSlice < longestSlice ? CrowdedSlice : longestSlice;

    /// <summary>A connection for one read, which gives it back, or null where none is free in time.</summary>
    public async ValueTask<BlockingConnection?> RentAsync(TimeSpan? time, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _queue);
        try
        {
            if (!await _places.WaitAsync(time is { } left ? Max(left, TimeSpan.Zero) : Timeout.InfiniteTimeSpan, cancellation))
                return null;
        }
        finally
        {
            Interlocked.Decrement(ref _queue);
        }
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _free.TryTake(out var free) ? free : await ConnectAsync();
        }
        catch (Exception error)
        {
            _places.Release();
            if (RedisError.Translate(error) is { } translated)
                throw translated;
            throw;
        }
    }

    public void ReadBegins() => Interlocked.Increment(ref _reads);

    public void ReadEnds() => Interlocked.Decrement(ref _reads);

    /// <summary>A connection on which nothing waits.</summary>
    public Task<IConnectionMultiplexer> GetControlAsync() => _control.Value;

    public void Return(BlockingConnection connection)
    {
        _free.Add(connection);
        _places.Release();
    }

    /// <summary>Closes a connection whose state is not known, so that what was sent on it ends.</summary>
    public void Discard(BlockingConnection connection)
    {
        _all.TryRemove(connection, out _);
        connection.Dispose();
        _places.Release();
    }

    /// <summary>Closes all; reads that wait fail.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var connection in _all.Keys)
            connection.Dispose();
        if (control is null && _control is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            _control.Value.Result.Dispose();
    }

    private async Task<BlockingConnection> ConnectAsync()
    {
        var connection = new BlockingConnection(await connect(), this);
        _all[connection] = true;
        if (_disposed)
            connection.Dispose();
        return connection;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
