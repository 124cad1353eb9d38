using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Takes what a read or a claim brought: holds it and hands it to the runners.</summary>
internal sealed class Intake(HeldEntries heldEntries, Redeliveries redeliveries, Dispatcher dispatcher)
{
    /// <summary>Entries that are not held here yet.</summary>
    public void Accept(EntryBatch entries)
    {
        if (entries.Count > 0)
            dispatcher.Enqueue(heldEntries.Add(entries));
    }

    /// <summary>
    /// Entries that were delivered before. One that is held already (a lease that could not be renewed in time, a group made anew) is not run a second
    /// time. Returns how many are new here.
    /// </summary>
    public int AcceptPending(EntryBatch entries)
    {
        if (entries.Count == 0)
            return 0;
        var held = heldEntries.Leased().Concat(redeliveries.Leased()).Select(static entry => entry.Id).ToHashSet();
        var known = Enumerable.Range(0, entries.Count).Where(index => held.Contains(entries.Entries[index].Id)).ToList();
        var batch = heldEntries.Add(entries);
        foreach (var index in known)
        {
            batch.Lose(index);
            heldEntries.Forget(batch, index);
        }
        dispatcher.Enqueue(batch);
        return batch.Count - known.Count;
    }
}
