using System.Diagnostics.CodeAnalysis;
using WorkerStreams.Engine;

namespace WorkerStreams.Server.Keys;

/// <summary>When keys go. A stream's time is that stream's alone: another one that gets its name, from whoever, has none.</summary>
internal sealed class Expiries
{
    // Entries of the queue that mean nothing any more are thrown out when there are as many of them, and so many.
    private const int FewOld = 64;

    private readonly Dictionary<StreamName, Expiry> _times = [];
    private readonly PriorityQueue<StreamName, long> _queue = new();
    private long _next = long.MaxValue;

    /// <summary>When the next one is due, in milliseconds since 1970-01-01 UTC, or never. For who asks from outside too.</summary>
    public long Next => Volatile.Read(ref _next);

    public IReadOnlyDictionary<StreamName, Expiry> Times => _times;

    public void Set(StreamName key, Expiry expiry)
    {
        _times[key] = expiry;
        _queue.Enqueue(key, expiry.Due);
        if (_queue.Count > (2 * _times.Count) + FewOld)
            Rebuild();
        Update();
    }

    public bool Clear(StreamName key)
    {
        var had = _times.Remove(key);
        if (had)
            Update();
        return had;
    }

    /// <summary>Takes one that is due.</summary>
    public bool TryTake(long now, [NotNullWhen(true)] out (StreamName Key, Expiry Expiry)? due)
    {
        due = null;
        if (Next > now)
            return false;
        var key = _queue.Dequeue();
        due = (key, _times[key]);
        _times.Remove(key);
        Update();
        return true;
    }

    // The first of the queue is always one that means something.
    private void Update()
    {
        while (_queue.TryPeek(out var key, out var at) && !(_times.TryGetValue(key, out var expiry) && expiry.Due == at))
            _queue.Dequeue();
        Volatile.Write(ref _next, _queue.TryPeek(out _, out var next) ? next : long.MaxValue);
    }

    private void Rebuild()
    {
        _queue.Clear();
        _queue.EnqueueRange(_times.Select(static time => (time.Key, time.Value.Due)));
    }
}

/// <summary>When a key goes.</summary>
/// <param name="At">In milliseconds since 1970-01-01 UTC.</param>
/// <param name="Stream">The stream that does, by its <see cref="KeyStamp"/>; 0 where it is another value.</param>
/// <param name="NotBefore">When it is tried again to remove it, where it could not be.</param>
internal readonly record struct Expiry(long At, long Stream, long NotBefore = 0)
{
    /// <summary>When it is to be removed.</summary>
    public long Due => Math.Max(At, NotBefore);
}
