using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Takes what a read or a claim brought: holds it and hands it to the runners.</summary>
internal sealed class Intake(HeldEntries held, Redeliveries redeliveries, Dispatcher dispatcher)
{
    /// <summary>Entries that are not held here yet.</summary>
    public void Accept(EntryBatch entries)
    {
        if (entries.Count > 0)
            dispatcher.Enqueue(held.Add(entries));
    }

    /// <summary>
    /// Entries that were delivered before. One that is held already (a lease that could not be renewed in time, a group made anew) is not run a second
    /// time. Returns how many are new here.
    /// </summary>
    public int AcceptPending(EntryBatch entries)
    {
        var known = new List<int>();
        for (var index = 0; index < entries.Count; index++)
        {
            if (held.Holds(entries.Entries[index].Id) || redeliveries.Holds(entries.Entries[index].Id))
                known.Add(index);
        }
        if (known.Count == entries.Count)
        {
            entries.Dispose();
            return 0;
        }
        var count = entries.Count - known.Count;
        var batch = held.Add(entries);
        foreach (var index in known)
        {
            batch.Lose(index);
            held.Forget(batch, index);
        }
        dispatcher.Enqueue(batch);
        return count;
    }
}
