using System.Diagnostics;
using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>
/// Entries of one read that the consumer holds. Each is waiting, then running, then finished, then settled; runners take them without a lock.
/// The memory is given back when the last is settled.
/// </summary>
internal sealed class HeldBatch(ConsumerEnvironment consumer, EntryBatch entries)
{
    // One per entry: a runner moves it from waiting to running, its finish moves it on; a lost lease may interfere at any time.
    private readonly EntryState[] _states = new EntryState[entries.Count];

    // The next entry that no runner has looked at yet; may run past the end.
    private int _next;

    // Guarded by the gate of HeldEntries.
    private int _unsettled = entries.Count;

    public ConsumerEnvironment Consumer { get; } = consumer;

    public ReadOnlySpan<StreamEntry> Entries => entries.Entries;

    public int Count => entries.Count;

    /// <summary>Whether one of the entries may be what ended a process. Set before they are handed to runners.</summary>
    public Suspicion Suspicion { get; set; }

    /// <summary>The time of the read, or somewhat before, or of the last renewal, by the clock of this host. Written by the lease loop.</summary>
    public long LeasedAt { get; set; } = consumer.AliveSince;

    /// <summary>Whether another consumer may have the entries by now.</summary>
    public bool HasLapsed => Consumer.HasLapsed(LeasedAt);

    /// <summary>Whether all entries are settled, or left to others. The caller holds the gate, or has just added the batch.</summary>
    public bool IsOver => _unsettled == 0;

    public bool HasWaiting => Volatile.Read(ref _next) < Count;

    /// <summary>Whether entries wait that another consumer may have by now.</summary>
    public bool HasLapsedWaiting => HasWaiting && HasLapsed && _states.AsSpan(Math.Min(Volatile.Read(ref _next), Count)).Contains(EntryState.Waiting);

    /// <summary>Takes the next entry that waits, for one runner alone.</summary>
    public bool TryTake(out int index)
    {
        while ((index = Interlocked.Increment(ref _next) - 1) < Count)
        {
            if (Interlocked.CompareExchange(ref _states[index], EntryState.Running, EntryState.Waiting) == EntryState.Waiting)
                return true;
        }
        return false;
    }

    /// <summary>The handler is done. Returns whether the lease was kept all the time.</summary>
    public bool Finish(int index) =>
        Interlocked.Exchange(ref _states[index], EntryState.Finished) == EntryState.Running;

    /// <summary>The lease is another's, or the entry is settled by another. Returns the state that the entry was in.</summary>
    public EntryState Lose(int index)
    {
        while (true)
        {
            var before = _states[index];
            if (before is not (EntryState.Waiting or EntryState.Running or EntryState.Finished)
                || Interlocked.CompareExchange(ref _states[index], EntryState.Lost, before) == before)
                return before;
        }
    }

    /// <summary>Once finished: it is to be handed back, and its lease need not be kept. Returns the lease that it has.</summary>
    public long Release(int index)
    {
        Interlocked.CompareExchange(ref _states[index], EntryState.Released, EntryState.Finished);
        return LeasedAt;
    }

    /// <summary>The entries whose lease must be kept: all but those settled, lost or released. The caller holds the gate.</summary>
    public IEnumerable<LeasedEntry> Leased() => Owned().Where(entry => _states[entry.Index] != EntryState.Released);

    /// <summary>The entries that are this consumer's: all but those settled or lost. The caller holds the gate.</summary>
    public IEnumerable<LeasedEntry> Owned()
    {
        for (var index = 0; index < Count; index++)
        {
            if (_states[index] is EntryState.Waiting or EntryState.Running or EntryState.Finished or EntryState.Released)
                yield return Lease(index);
        }
    }

    /// <summary>The entries that are not done with, the lost ones whose handlers have not ended yet among them. The caller holds the gate.</summary>
    public IEnumerable<StreamEntryId> Unsettled()
    {
        for (var index = 0; index < Count; index++)
        {
            if (_states[index] != EntryState.Settled)
                yield return entries.Entries[index].Id;
        }
    }

    /// <summary>Whether the entry waits or runs, so that nothing of it has been settled from here.</summary>
    public bool IsActive(int index) => _states[index] is EntryState.Waiting or EntryState.Running;

    public bool IsLost(int index) => _states[index] == EntryState.Lost;

    public LeasedEntry Lease(int index) => new(entries.Entries[index].Id, entries.Entries[index].DeliveryCount, LeasedAt, this, index);

    /// <summary>One entry needs its memory no more. Returns whether it was the last; the caller holds the gate.</summary>
    public bool Settle(int index)
    {
        Debug.Assert(_unsettled > 0, "An entry is settled once.");
        _states[index] = EntryState.Settled;
        if (--_unsettled > 0)
            return false;
        entries.Dispose();
        return true;
    }
}

internal enum EntryState : byte
{
    Waiting,
    Running,
    Finished,

    /// <summary>Finished, and to be handed back: another may take it.</summary>
    Released,
    Settled,

    /// <summary>The lease was lost before the entry was settled: what becomes of it is another's business.</summary>
    Lost,
}
