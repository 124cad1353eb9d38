using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>Wakes a read that waits with CLAIM when a pending entry of its group becomes old enough.</summary>
internal sealed class ClaimAlarm : IDisposable
{
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1), Latest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly StreamStore _store;
    private readonly ReadGroupRequest _request;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();

    // When it rings, in Unix milliseconds.
    private long _at = long.MaxValue;

    /// <summary>Set for what is pending now. Made without any lock.</summary>
    public ClaimAlarm(StreamStore store, ReadGroupRequest request)
    {
        (_store, _request) = (store, request);
        _timer = store.Options.TimeProvider.CreateTimer(static alarm => ((ClaimAlarm)alarm!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks when it has to ring. Without any lock.</summary>
    public void Set()
    {
        for (var i = 0; i < _request.Streams.Count; i++)
        {
            var shard = _store.ShardOf(_request.Streams[i].Stream);
            using (shard.Hold())
            {
                if (!shard.IsClosed && shard.TryGet(_request.Streams[i].Stream, _request.Group, out _, out var group))
                    Advance(group);
            }
        }
    }

    /// <summary>What is pending in the group has changed: it may have to ring earlier. The caller holds the shard's lock.</summary>
    public void Advance(GroupState group)
    {
        if (group.Name != _request.Group || group.GetOldestDelivery() is not { } oldest)
            return;
        var at = oldest + (long)Math.Min(Math.Ceiling(_request.ClaimMinIdle!.Value.TotalMilliseconds), Latest.TotalMilliseconds);
        lock (_lock)
        {
            if (at >= _at)
                return;
            _at = at;
            var wait = TimeSpan.FromMilliseconds(at - _store.Now);
            _timer.Change(wait < Soonest ? Soonest : wait < Latest ? wait : Latest, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    // Who has waited for longer may get it instead.
    private void Ring()
    {
        lock (_lock)
            _at = long.MaxValue;
        for (var i = 0; i < _request.Streams.Count; i++)
        {
            var name = _request.Streams[i].Stream;
            var shard = _store.ShardOf(name);
            shard.Lock();
            using var scope = new ShardScope(shard);
            if (!shard.IsClosed && shard.TryGet(name, out var stream))
                shard.ServeWaiters(stream);
        }
        Set();
    }
}
