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
    private readonly PriorityQueue<StreamEntryId, long> _byDue = new();

    public Redeliveries(ConsumerEnvironment consumer)
    {
        _consumer = consumer;
        _timer = consumer.Time.CreateTimer(static state => ((WaitList)state!).ReleaseAll(), _dueWanted, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Entries that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>An entry failed in delivery <paramref name="deliveryCount"/> and is due after <paramref name="delay"/>.</summary>
    public void Add(StreamEntryId id, long deliveryCount, TimeSpan delay)
    {
        var now = _consumer.Time.GetTimestamp();
        lock (_gate)
        {
            if (_waiting.Count >= MaxWaiting)
                return;
            _waiting[id] = new(deliveryCount, now);
            _byDue.Enqueue(id, now + (long)(delay.TotalSeconds * _consumer.Time.TimestampFrequency));
        }
        _dueWanted.ReleaseAll();
    }

    public bool Holds(StreamEntryId id)
    {
        lock (_gate)
            return _waiting.ContainsKey(id);
    }

    /// <summary>Waits until entries are due and takes up to <paramref name="most"/> of them, with the deliveries they have had; they are not held here any more.</summary>
    public async Task<(StreamEntryId Id, long DeliveryCount)[]> TakeDueAsync(int most, CancellationToken cancellation)
    {
        while (true)
        {
            var wait = _dueWanted.WaitAsync(cancellation);
            if (TakeDue(most) is { Length: > 0 } due)
                return due;
            await wait;
        }
    }

    /// <summary>The entries whose lease is older than <paramref name="age"/>.</summary>
    public IReadOnlyList<LeasedEntry> LeasedBefore(TimeSpan age)
    {
        lock (_gate)
        {
            return
            [
                .. _waiting
                    .Where(entry => _consumer.Time.GetElapsedTime(entry.Value.LeasedAt) >= age)
                    .Select(static entry => new LeasedEntry(entry.Key, entry.Value.DeliveryCount)),
            ];
        }
    }

    public void Renewed(StreamEntryId id, long at)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(id, out var entry))
                _waiting[id] = entry with { LeasedAt = at };
        }
    }

    /// <summary>The entry is another's by now.</summary>
    public void Forget(StreamEntryId id)
    {
        lock (_gate)
            _waiting.Remove(id);
    }

    public void Dispose() => _timer.Dispose();

    private (StreamEntryId Id, long DeliveryCount)[] TakeDue(int most)
    {
        var now = _consumer.Time.GetTimestamp();
        var due = new List<(StreamEntryId, long)>();
        lock (_gate)
        {
            while (due.Count < most && _byDue.TryPeek(out var id, out var dueAt))
            {
                if (dueAt > now)
                {
                    _timer.Change(_consumer.Time.GetElapsedTime(now, dueAt) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                    break;
                }
                _byDue.Dequeue();
                if (_waiting.Remove(id, out var waiting))
                    due.Add((id, waiting.DeliveryCount));
            }
        }
        return [.. due];
    }

    private readonly record struct Waiting(long DeliveryCount, long LeasedAt);
}
