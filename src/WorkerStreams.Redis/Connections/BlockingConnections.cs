using System.Collections.Concurrent;
using StackExchange.Redis;

namespace WorkerStreams.Redis.Connections;

/// <summary>
/// The connections on which reads wait, each for one read at a time, since what is sent after a command that blocks waits with it. They are made when first
/// needed and kept. Those who wait for one take turns.
/// </summary>
/// <param name="connect">Makes one.</param>
/// <param name="control">That by which reads are ended; made when first needed, and closed by the owner.</param>
/// <param name="max">The most of them.</param>
/// <param name="longestSlice">How long a read waits at most before it asks anew.</param>
internal sealed class BlockingConnections(
    Func<Task<IConnectionMultiplexer>> connect, LazyConnection control, int max, TimeSpan longestSlice) : IDisposable
{
    // Short, for others wait for their turn.
    private static readonly TimeSpan CrowdedSlice = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _places = new(max);
    private readonly ConcurrentBag<BlockingConnection> _free = [];
    private readonly ConcurrentDictionary<BlockingConnection, bool> _all = [];
    private int _queue;

    private volatile bool _disposed, _endsReads = true;

    /// <summary>Whether the server ends reads that are cancelled, as far as is known.</summary>
    public bool EndsReads
    {
        get => _endsReads;
        set => _endsReads = value;
    }

    /// <summary>How long a read may wait at the server before it gives its turn to another or asks anew.</summary>
    public TimeSpan Slice => Volatile.Read(ref _queue) > 0 && CrowdedSlice < longestSlice ? CrowdedSlice : longestSlice;

    /// <summary>A connection for one read, which gives it back, or null where none is free now.</summary>
    public async ValueTask<BlockingConnection?> TryRentAsync() => _places.Wait(0) ? await TakeAsync() : null;

    /// <summary>A connection for one read, which gives it back, or null where none is free in time.</summary>
    public async ValueTask<BlockingConnection?> RentAsync(TimeSpan? time, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _queue);
        try
        {
            if (!await _places.WaitAsync(time is { } left ? Clamp(left) : Timeout.InfiniteTimeSpan, cancellation))
                return null;
        }
        finally
        {
            Interlocked.Decrement(ref _queue);
        }
        return await TakeAsync();
    }

    /// <summary>A connection on which nothing waits.</summary>
    public Task<IConnectionMultiplexer> GetControlAsync() => control.GetAsync();

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
    }

    // The caller has a place.
    private async ValueTask<BlockingConnection> TakeAsync()
    {
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

    private async Task<BlockingConnection> ConnectAsync()
    {
        var connection = new BlockingConnection(await connect(), this);
        _all[connection] = true;
        if (_disposed)
            connection.Dispose();
        return connection;
    }

    // A semaphore takes no more than 24 days.
    private static TimeSpan Clamp(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue));
}
