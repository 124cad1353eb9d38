using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// All that a consumer holds: entries waiting and running, bounded by the prefetch limits, and those finished whose settlement is not sent yet.
/// </summary>
internal sealed class HeldEntries(ConsumerEnvironment consumer)
{
    private readonly ConsumerPlan _plan = consumer.Plan;

    // Guards every field below, and the fields of the batches that say so.
    private readonly Lock _gate = new();
    private readonly List<HeldBatch> _batches = [];
    private readonly WaitList _roomWanted = new();
    private List<FinishedEntry> _finished = [];
    private int _active;
    private long _activeBytes;
    private int _unsettled;
    private bool _readersWait;

    /// <summary>Entries waiting or running.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Entries finished whose settlement is not confirmed yet.</summary>
    public int Unsettled => Volatile.Read(ref _unsettled);

    public HeldBatch Add(EntryBatch entries)
    {
        var batch = new HeldBatch(consumer, entries);
        var bytes = 0L;
        foreach (ref readonly var entry in entries.Entries)
            bytes += entry.Fields.EncodedLength;
        lock (_gate)
        {
            _batches.Add(batch);
            _active += entries.Count;
            _activeBytes += bytes;
        }
        return batch;
    }

    /// <summary>An entry is handled; its settlement, if there is one, is kept to be sent. Returns the number of those kept.</summary>
    public int Finish(HeldBatch batch, int index, Settlement? settlement)
    {
        var bytes = batch.Entries[index].Fields.EncodedLength;
        lock (_gate)
        {
            _active--;
            _activeBytes -= bytes;
            if (settlement is { } known)
            {
                _finished.Add(new(known, batch, index));
                _unsettled++;
            }
            else
                SettleUnderGate(batch, index);
            if (_readersWait && HasRoomUnderGate())
            {
                _readersWait = false;
                _roomWanted.ReleaseAll();
            }
            return _finished.Count;
        }
    }

    /// <summary>Hands over the finished entries; <paramref name="empty"/> takes the next ones.</summary>
    public List<FinishedEntry> TakeFinished(List<FinishedEntry> empty)
    {
        lock (_gate)
        {
            (var taken, _finished) = (_finished, empty);
            return taken;
        }
    }

    /// <summary>Entries whose settlement failed and is to be sent again.</summary>
    public void PutBack(IReadOnlyCollection<FinishedEntry> finished)
    {
        lock (_gate)
            _finished.AddRange(finished);
    }

    public void Settled(List<FinishedEntry> finished)
    {
        lock (_gate)
        {
            _unsettled -= finished.Count;
            foreach (var entry in finished)
                SettleUnderGate(entry.Batch, entry.Index);
        }
    }

    /// <summary>Waits until there is room for more. All who wait are told, so together they may take somewhat more than there is.</summary>
    public async ValueTask<Room> WaitForRoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (HasRoomUnderGate())
                    return new(Math.Min(Math.Max(1, _plan.PrefetchCount / 2), _plan.PrefetchCount - _active), _plan.PrefetchBytes - _activeBytes);
                _readersWait = true;
                room = _roomWanted.WaitAsync(cancellation);
            }
            await room;
        }
    }

    /// <summary>Whether the entry is held, in whatever state.</summary>
    public bool Holds(StreamEntryId id)
    {
        lock (_gate)
            return _batches.Exists(batch => batch.Leased().Any(entry => entry.Id == id));
    }

    /// <summary>The entries whose lease must be kept and is older than <paramref name="age"/>.</summary>
    public IReadOnlyList<LeasedEntry> LeasedBefore(TimeSpan age)
    {
        lock (_gate)
            return [.. _batches.Where(batch => consumer.Time.GetElapsedTime(batch.LeasedAt) >= age).SelectMany(static batch => batch.Leased())];
    }

    // Room is worth a read when half the entries are gone, or when a handler has nothing to do.
    private bool HasRoomUnderGate() =>
        _activeBytes < _plan.PrefetchBytes
        && (_active <= _plan.PrefetchCount / 2 || _active < _plan.Concurrency)
        && _active < _plan.PrefetchCount;

    private void SettleUnderGate(HeldBatch batch, int index)
    {
        if (batch.Settle(index))
            _batches.Remove(batch);
    }
}

/// <summary>How much may be read.</summary>
internal readonly record struct Room(int Count, long Bytes);

/// <summary>A handled entry and what is to become of it.</summary>
internal readonly record struct FinishedEntry(Settlement Settlement, HeldBatch Batch, int Index);

/// <summary>An entry that must stay this consumer's own: held in a batch, or waiting for its redelivery without one.</summary>
internal readonly record struct LeasedEntry(StreamEntryId Id, long DeliveryCount, HeldBatch? Batch = null, int Index = 0);
