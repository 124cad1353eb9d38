using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Takes what a read or a claim brought: holds it and hands it to the runners.</summary>
internal sealed class Intake(HeldEntries held, Redeliveries redeliveries, Dispatcher dispatcher, LeaseWatch watch)
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
        var added = held.AddPending(entries, redeliveries.Leased().Select(static entry => entry.Id), isOvertakenUnderGate, out var batch);
        Enqueue(batch);
        return added;
    }

    private void Enqueue(HeldBatch batch)
    {
        if (batch.IsOver)
            return;
        if (batch.HasLapsed)
            watch.Lapse(batch);
        dispatcher.Enqueue(batch);
    }
}
