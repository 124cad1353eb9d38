using WorkerStreams.Engine;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// Entries whose handling failed and which wait for their next delivery. They stay this consumer's own, leased but without their fields;
/// when the time has come they are claimed anew, which raises the engine's delivery count.
/// </summary>
internal sealed class Redeliveries : IDisposable
{
    /// <summary>Beyond so many the entry is left pending: the sweep finds it when it has been idle for long enough.</summary>
    private const int MaxWaiting = 10_000;

    private readonly ConsumerEnvironment _consumer;
    private readonly WaitList _dueWanted = new();
    private readonly ITimer _timer;

    // Guards the two fields below.
    private readonly Lock _gate = new();
    private readonly Dictionary<StreamEntryId, Waiting> _waiting = [];

    // May name entries that do not wait any more, or not for that time.
    private readonly PriorityQueue<StreamEntryId, long> _byDue = new();

    public Redeliveries(ConsumerEnvironment consumer)
    {
        _consumer = consumer;
        _timer = consumer.Time.CreateTimer(static state => ((WaitList)state!).ReleaseAll(), _dueWanted, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>An entry of <paramref name="bytes"/> has failed and is due after <paramref name="delay"/>.</summary>
    public void Add(LeasedEntry entry, int bytes, TimeSpan delay)
    {
        var dueAt = _consumer.Time.GetTimestamp() + Ticks(delay);
        lock (_gate)
        {
            if (_waiting.Count >= MaxWaiting)
                return;
            EnqueueUnderGate(entry.Id, new(entry.DeliveryCount, bytes, entry.LeasedAt, dueAt));
        }
        _dueWanted.ReleaseAll();
    }

    /// <summary>Entries that were taken but not claimed wait again, as far as they are this consumer's.</summary>
    public void Postpone(IEnumerable<LeasedEntry> entries, TimeSpan delay)
    {
        var dueAt = _consumer.Time.GetTimestamp() + Ticks(delay);
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                if (_waiting.TryGetValue(entry.Id, out var waiting))
                    EnqueueUnderGate(entry.Id, waiting with { DueAt = dueAt });
            }
        }
        _dueWanted.ReleaseAll();
    }

    /// <summary>Whether the entry waits after that delivery.</summary>
    public bool Holds(LeasedEntry entry)
    {
        lock (_gate)
            return HoldsUnderGate(entry);
    }

    /// <summary>Waits until an entry is due.</summary>
    public async Task WhenDueAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var wait = _dueWanted.WaitAsync(cancellation);
            lock (_gate)
            {
                if (TryPeekUnderGate(out _, out var waiting))
                {
                    var left = _consumer.Time.GetElapsedTime(_consumer.Time.GetTimestamp(), waiting.DueAt);
                    if (left <= TimeSpan.Zero)
                        return;
                    _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                }
            }
            await wait;
        }
    }

    /// <summary>Takes the entries that are due, as far as there is room. They wait on, without a due time, until they are forgotten or postponed.</summary>
    public IReadOnlyList<LeasedEntry> TakeDue(Room room)
    {
        var now = _consumer.Time.GetTimestamp();
        var due = new List<LeasedEntry>();
        lock (_gate)
        {
            for (var bytes = 0L; due.Count < room.Count && bytes < room.Bytes && TryPeekUnderGate(out var id, out var waiting) && waiting.DueAt <= now; bytes += waiting.Bytes)
            {
                _byDue.Dequeue();
                due.Add(new(id, waiting.DeliveryCount, waiting.LeasedAt));
            }
        }
        return due;
    }

    /// <summary>The entries that wait; their lease must be kept.</summary>
    public IReadOnlyList<LeasedEntry> Leased()
    {
        lock (_gate)
            return [.. _waiting.Select(static entry => new LeasedEntry(entry.Key, entry.Value.DeliveryCount, entry.Value.LeasedAt))];
    }

    /// <summary>Whether another consumer may have some of what waits.</summary>
    public bool HasLapsed
    {
        get
        {
            lock (_gate)
                return _waiting.Values.Any(waiting => _consumer.HasLapsed(waiting.LeasedAt));
        }
    }

    public void Renewed(StreamEntryId id, long at)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(id, out var waiting))
                _waiting[id] = waiting with { LeasedAt = at };
        }
    }

    /// <summary>The entry does not wait any more after that delivery. Returns whether it did.</summary>
    public bool Forget(LeasedEntry entry)
    {
        lock (_gate)
            return HoldsUnderGate(entry) && _waiting.Remove(entry.Id);
    }

    public void Dispose() => _timer.Dispose();

    private bool HoldsUnderGate(LeasedEntry entry) => _waiting.TryGetValue(entry.Id, out var waiting) && waiting.DeliveryCount == entry.DeliveryCount;

    private void EnqueueUnderGate(StreamEntryId id, in Waiting waiting)
    {
        _waiting[id] = waiting;
        _byDue.Enqueue(id, waiting.DueAt);
    }

    private bool TryPeekUnderGate(out StreamEntryId id, out Waiting waiting)
    {
        while (_byDue.TryPeek(out id, out var dueAt))
        {
            if (_waiting.TryGetValue(id, out waiting) && waiting.DueAt == dueAt)
                return true;
            _byDue.Dequeue();
        }
        waiting = default;
        return false;
    }

    private long Ticks(TimeSpan delay) => (long)(delay.TotalSeconds * _consumer.Time.TimestampFrequency);

    private readonly record struct Waiting(long DeliveryCount, int Bytes, long LeasedAt, long DueAt);
}
