using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>Wakes a read that waits with CLAIM when a pending entry of its group becomes old enough.</summary>
internal sealed class ClaimAlarm : IDisposable
{
    // In milliseconds: the longest time of a timer, and how long it waits where the disk is full.
    private const long Latest = uint.MaxValue - 1, FullDisk = 1000;

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
        var at = oldest + (long)Math.Ceiling(_request.ClaimMinIdle!.Value.TotalMilliseconds);
        lock (_lock)
        {
            if (at >= _at)
                return;
            SetTo(at);
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
            // Mostly others who waited for the same have been given it.
            if (!IsDue(shard, name))
                continue;
            if (!TryReserve(out var reserved))
            {
                lock (_lock)
                    SetTo(_store.Now + FullDisk);
                return;
            }
            shard.Lock();
            using var scope = new ShardScope(shard);
            shard.HasReserved(reserved);
            if (!shard.IsClosed && shard.TryGet(name, out var stream))
                shard.ServeWaiters(stream);
        }
        Set();
    }

    private bool IsDue(Shard shard, StreamName name)
    {
        using var held = shard.Hold();
        return !shard.IsClosed && shard.TryGet(name, _request.Group, out _, out var group) && GroupReads.HasClaim(group, _request, _store.Now);
    }

    private void SetTo(long at)
    {
        _at = at;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(at - _store.Now, 1, Latest)), Timeout.InfiniteTimeSpan);
    }

    private bool TryReserve(out long reserved)
    {
        reserved = 0;
        try
        {
            // What is left of a full disk is for others.
            reserved = _store.Journal is null ? 0 : _store.Reserve(new(Waiter.MostClaimed, BringsEntries: true));
            return true;
        }
        catch (StreamEngineException)
        {
            // The disk is full, or the journal has failed.
            return false;
        }
    }
}
