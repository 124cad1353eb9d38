using WorkerStreams.Engine;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>All that a consumer holds: entries waiting and running, and those finished whose settlement is not confirmed yet.</summary>
internal sealed class HeldEntries
{
    private readonly ConsumerEnvironment _consumer;

    // Guards every field below, those of the prefetch, and the fields of the batches that say so.
    private readonly Lock _gate = new();
    private readonly List<HeldBatch> _batches = [];
    private readonly WaitList _settledWanted = new();
    private List<FinishedEntry> _finished = [];
    private List<FinishedEntry> _deadLetters = [];

    public HeldEntries(ConsumerEnvironment consumer)
    {
        _consumer = consumer;
        Prefetch = new(consumer.Plan, _gate);
        Overtaken = new(_gate);
        Releases = new(_gate);
    }

    public Prefetch Prefetch { get; }

    public Overtaken Overtaken { get; }

    public Releases Releases { get; }

    /// <summary>Holds what a read has brought that was not delivered before.</summary>
    public HeldBatch AddNew(EntryBatch entries)
    {
        var batch = new HeldBatch(_consumer, entries);
        lock (_gate)
            HoldUnderGate(batch, LookUnderGate(batch, Overtaken.InReadUnderGate));
        return batch;
    }

    /// <summary>Holds what was claimed for its redelivery, but for what has not <paramref name="waited"/> for it until now.</summary>
    public HeldBatch AddRedelivered(EntryBatch entries, HashSet<StreamEntryId> waited)
    {
        var batch = new HeldBatch(_consumer, entries);
        lock (_gate)
        {
            Overtaken.ClaimedUnderGate(batch);
            HoldUnderGate(batch, LookUnderGate(batch, id => !waited.Contains(id)));
        }
        return batch;
    }

    /// <summary>Holds what was pending already, but for what is held, <paramref name="known"/> or overtaken. Returns how many are held now.</summary>
    public int AddPending(EntryBatch entries, IEnumerable<StreamEntryId> known, Predicate<StreamEntryId> isOvertakenUnderGate, out HeldBatch batch)
    {
        batch = new(_consumer, entries);
        lock (_gate)
        {
            var leftOut = LookPendingUnderGate(batch, known, isOvertakenUnderGate);
            Overtaken.ClaimedUnderGate(batch);
            HoldUnderGate(batch, leftOut);
            return batch.Count - leftOut.Count;
        }
    }

    /// <summary>As <see cref="AddPending"/>, but holds only those that handlers are free for; of the first that is to run alone, that one.</summary>
    /// <param name="entries">Entries of which nobody has told how their last delivery ended.</param>
    /// <param name="known">Entries that this consumer has without holding them.</param>
    /// <param name="isOvertakenUnderGate">Whether more has been heard of an entry since.</param>
    /// <param name="batch">What is held.</param>
    /// <param name="excess">What is to be handed back.</param>
    /// <returns>How many are held.</returns>
    public int AddSuspects(
        EntryBatch entries, IEnumerable<StreamEntryId> known, Predicate<StreamEntryId> isOvertakenUnderGate, out HeldBatch batch, out List<Suspect> excess)
    {
        batch = new(_consumer, entries) { Suspicion = Suspicion.Some };
        lock (_gate)
        {
            var leftOut = LookPendingUnderGate(batch, known, isOvertakenUnderGate);
            excess = LookForExcessUnderGate(batch, leftOut);
            Overtaken.ClaimedUnderGate(batch);
            HoldUnderGate(batch, leftOut);
            return batch.Count - leftOut.Count;
        }
    }

    /// <summary>Makes a claim of what may have been pending for this consumer before.</summary>
    public async Task<T> ClaimAsync<T>(Func<Task<T>> claim, CancellationToken cancellation)
    {
        await Releases.ClaimBeginsAsync(cancellation);
        Overtaken.ClaimBegins();
        try
        {
            return await claim();
        }
        finally
        {
            Overtaken.ClaimEnds();
            Releases.ClaimEnds();
        }
    }

    /// <summary>An entry is handled and its settlement is kept to be sent. Returns the number of those kept, dead letters and others apart.</summary>
    public int Finish(FinishedEntry finished)
    {
        lock (_gate)
        {
            if (finished.IsRelease)
                finished = finished with { ReleasedLease = finished.Batch.Release(finished.Index) };
            var kept = finished.DeadLetter is null ? _finished : _deadLetters;
            kept.Add(finished);
            Prefetch.FinishUnderGate(finished.Batch);
            Prefetch.WakeUnderGate();
            return kept.Count;
        }
    }

    /// <summary>An entry is no more this consumer's business, without a settlement.</summary>
    public void Forget(HeldBatch batch, int index)
    {
        lock (_gate)
        {
            Overtaken.GivenUpUnderGate(batch.Entries[index].Id);
            ForgetUnderGate(batch, index);
            Prefetch.WakeUnderGate();
        }
    }

    /// <summary>Hands over the finished entries, dead letters or others; <paramref name="empty"/> takes the next ones.</summary>
    public List<FinishedEntry> TakeFinished(bool deadLetters, List<FinishedEntry> empty)
    {
        lock (_gate)
        {
            ref var kept = ref deadLetters ? ref _deadLetters : ref _finished;
            (var taken, kept) = (kept, empty);
            return taken;
        }
    }

    /// <summary>Entries whose settlement is to be sent again.</summary>
    public void PutBack(bool deadLetters, IReadOnlyCollection<FinishedEntry> finished)
    {
        lock (_gate)
            (deadLetters ? _deadLetters : _finished).AddRange(finished);
    }

    public void Settled(IReadOnlyCollection<FinishedEntry> finished)
    {
        lock (_gate)
        {
            foreach (var entry in finished)
            {
                Overtaken.GivenUpUnderGate(entry.Settlement.Id);
                SettleUnderGate(entry.Batch, entry.Index);
            }
            Prefetch.WakeUnderGate();
            if (Prefetch.Unsettled == 0)
                _settledWanted.ReleaseAll();
        }
    }

    /// <summary>Completes when no settlement is due.</summary>
    public Task WhenSettledAsync(CancellationToken cancellation)
    {
        lock (_gate)
            return Prefetch.Unsettled == 0 ? Task.CompletedTask : _settledWanted.WaitAsync(cancellation);
    }

    /// <summary>The entries whose lease must be kept.</summary>
    public IReadOnlyList<LeasedEntry> Leased()
    {
        lock (_gate)
            return [.. _batches.SelectMany(static batch => batch.Leased())];
    }

    /// <summary>The entries whose lease must be kept, and those not handed back yet.</summary>
    public IReadOnlyList<LeasedEntry> Owned()
    {
        lock (_gate)
            return [.. _batches.SelectMany(static batch => batch.Owned())];
    }

    /// <summary>The entries whose lease is about to be renewed; <see cref="Releases"/> are to be told when that is over.</summary>
    public IReadOnlyList<LeasedEntry> RenewalBegins()
    {
        lock (_gate)
        {
            Releases.RenewalBeginsUnderGate();
            return Leased();
        }
    }

    /// <summary>Whether another consumer may have some of what is held.</summary>
    public bool HasLapsed
    {
        get
        {
            lock (_gate)
                return _batches.Exists(static batch => batch.HasLapsed && batch.Leased().Any());
        }
    }

    /// <summary>The batches with entries whose lease must be kept.</summary>
    public IReadOnlyList<HeldBatch> LeasedBatches()
    {
        lock (_gate)
            return _batches.FindAll(static batch => batch.Leased().Any());
    }

    private List<int> LookPendingUnderGate(HeldBatch batch, IEnumerable<StreamEntryId> known, Predicate<StreamEntryId> isOvertakenUnderGate)
    {
        HashSet<StreamEntryId> held = [.. known, .. _batches.SelectMany(static batch => batch.Unsettled())];
        return LookUnderGate(batch, id => held.Contains(id) || isOvertakenUnderGate(id));
    }

    private List<Suspect> LookForExcessUnderGate(HeldBatch batch, List<int> leftOut)
    {
        var (kept, excess) = (0, new List<Suspect>());
        HashSet<int> known = [.. leftOut];
        for (var index = 0; index < batch.Count; index++)
        {
            if (known.Contains(index))
                continue;
            var isAlone = !batch.Entries[index].Fields.IsMissing && SettlementPolicy.RunsAlone(batch.Entries[index].DeliveryCount, _consumer.Plan);
            var isKept = excess.Count == 0 && batch.Suspicion == Suspicion.Some && kept < Prefetch.PlacesUnderGate && !(isAlone && (kept > 0 || Prefetch.HasSuspectsUnderGate));
            if (isKept)
            {
                kept++;
                batch.Suspicion = isAlone ? Suspicion.Alone : Suspicion.Some;
            }
            else
            {
                excess.Add(new(batch.Entries[index].Id, isAlone));
                leftOut.Add(index);
            }
        }
        return excess;
    }

    private static List<int> LookUnderGate(HeldBatch batch, Predicate<StreamEntryId> isKnown)
    {
        List<int> known = [];
        for (var index = 0; index < batch.Count; index++)
        {
            if (isKnown(batch.Entries[index].Id))
                known.Add(index);
        }
        return known;
    }

    // If nothing of it is to be held, its memory is gone after this.
    private void HoldUnderGate(HeldBatch batch, List<int> leaveOut)
    {
        _batches.Add(batch);
        Prefetch.AddUnderGate(batch);
        foreach (var index in leaveOut)
        {
            batch.Lose(index);
            ForgetUnderGate(batch, index);
        }
    }

    private void ForgetUnderGate(HeldBatch batch, int index)
    {
        Prefetch.FinishUnderGate(batch);
        SettleUnderGate(batch, index);
    }

    private void SettleUnderGate(HeldBatch batch, int index)
    {
        Prefetch.SettleUnderGate(batch.Entries[index].Fields.EncodedLength);
        if (batch.Settle(index))
            _batches.Remove(batch);
    }
}

/// <summary>A handled entry and what is to become of it; that may have been done already, where the answer was lost.</summary>
internal readonly record struct FinishedEntry(Settlement Settlement, HeldBatch Batch, int Index, DeadLetterCause? DeadLetter = null, bool MayBeSettled = false)
{
    public bool IsRelease => Settlement.Kind == SettlementKind.ReleaseUnstarted;

    /// <summary>Of a release: the last lease that the entry had, as it is not renewed with its batch any more.</summary>
    public long ReleasedLease { get; init; }

    public LeasedEntry Lease => IsRelease ? Batch.Lease(Index) with { LeasedAt = ReleasedLease } : Batch.Lease(Index);
}

/// <summary>An entry that must stay this consumer's own: held in a batch, or waiting for its redelivery without one.</summary>
internal readonly record struct LeasedEntry(StreamEntryId Id, long DeliveryCount, long LeasedAt, HeldBatch? Batch = null, int Index = 0);
