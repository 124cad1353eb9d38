using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Takes what a read or a claim brought: holds it and hands it to the runners.</summary>
internal sealed class Intake(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries, Dispatcher dispatcher, LeaseWatch watch)
{
    /// <summary>Entries that were not delivered before.</summary>
    public void Accept(EntryBatch entries)
    {
        if (entries.Count > 0)
            Enqueue(held.AddNew(entries));
    }

    /// <summary>Entries claimed because they were due, which wait no more then. Returns those that were not there to be claimed.</summary>
    public IReadOnlyList<LeasedEntry> AcceptRedelivered(EntryBatch claimed, IReadOnlyList<LeasedEntry> due)
    {
        var ids = new HashSet<StreamEntryId>();
        foreach (ref readonly var entry in claimed.Entries)
            ids.Add(entry.Id);
        List<LeasedEntry> redelivered = [.. due.Where(entry => ids.Contains(entry.Id) && redeliveries.Holds(entry))];
        if (claimed.Count > 0)
            Enqueue(held.AddRedelivered(claimed, [.. redelivered.Select(static entry => entry.Id)]));
        redelivered.ForEach(entry => redeliveries.Forget(entry));
        return [.. due.Where(entry => !ids.Contains(entry.Id))];
    }

    /// <summary>
    /// Entries that were delivered before. One that is held already (a lease that could not be renewed in time, a group made anew) is not run a second
    /// time. Returns how many are new here.
    /// </summary>
    /// <param name="entries">What was read or claimed.</param>
    /// <param name="isOvertakenUnderGate">Whether more has been heard of an entry since.</param>
    public int AcceptPending(EntryBatch entries, Predicate<StreamEntryId> isOvertakenUnderGate)
    {
        if (entries.Count == 0)
            return 0;
        var added = held.AddPending(entries, Known, isOvertakenUnderGate, out var batch);
        Enqueue(batch);
        return added;
    }

    /// <summary>
    /// Entries of which nobody has told how their last delivery ended. As many are held as handlers are free for, and the others handed back, before any is handled.
    /// </summary>
    /// <exception cref="StreamEngineException">Those could not be handed back: they are pending for this consumer, and not held.</exception>
    public async ValueTask<SuspectsTaken> AcceptSuspectsAsync(EntryBatch entries, Predicate<StreamEntryId> isOvertakenUnderGate)
    {
        if (entries.Count == 0)
            return default;
        var kept = held.AddSuspects(entries, Known, isOvertakenUnderGate, out var batch, out var excess);
        try
        {
            if (excess.Count > 0)
            {
                await held.Releases.WhenNoRenewalAsync();
                await consumer.SettleAsync(excess.ConvertAll(static entry => Settlement.ReleaseUnstarted(entry.Id)).ToArray(), new SettlementOutcome[excess.Count]);
            }
        }
        catch (StreamEngineException error) when (!error.MayHaveTakenEffect)
        {
            throw new StreamEngineException(error.Code, error.Message, mayHaveTakenEffect: true, error);
        }
        finally
        {
            Enqueue(batch);
        }
        return new(kept, excess is [var next, ..] ? next.Id : null, batch.Suspicion == Suspicion.Alone || excess is [{ RunsAlone: true }, ..]);
    }

    private IEnumerable<StreamEntryId> Known => redeliveries.Leased().Select(static entry => entry.Id);

    private void Enqueue(HeldBatch batch)
    {
        if (batch.IsOver)
            return;
        if (batch.HasLapsed)
            watch.Lapse(batch);
        dispatcher.Enqueue(batch);
    }
}
