using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>XDELEX and XACKDEL.</summary>
internal static class DeletionCommands
{
    public static void Delete(Shard shard, StreamName name, ReadOnlySpan<StreamEntryId> ids, EntryReferences references, Span<DeletionOutcome> outcomes)
    {
        shard.TryGet(name, out var stream);
        for (var i = 0; i < ids.Length; i++)
        {
            outcomes[i] = stream is null ? DeletionOutcome.NotFound : Delete(stream, ids[i], references);
            shard.Changes += outcomes[i] == DeletionOutcome.Deleted ? 1 : 0;
        }
    }

    public static void Acknowledge(
        Shard shard, StreamName name, StreamName groupName, ReadOnlySpan<StreamEntryId> ids, EntryReferences references, Span<DeletionOutcome> outcomes)
    {
        shard.TryGet(name, groupName, out var stream, out var group);
        for (var i = 0; i < ids.Length; i++)
        {
            outcomes[i] = DeletionOutcome.NotFound;
            if (group is null || !group.Pending.TryFind(ids[i], out var place))
                continue;
            group.Remove(place);
            shard.Changes++;
            // What is gone already was acknowledged all the same.
            outcomes[i] = Delete(stream!, ids[i], references) == DeletionOutcome.Kept ? DeletionOutcome.Kept : DeletionOutcome.Deleted;
        }
    }

    private static DeletionOutcome Delete(StreamState stream, StreamEntryId id, EntryReferences references)
    {
        if (references == EntryReferences.Delete)
            stream.DeleteReferences(id);
        // Also where there is no such entry, or none any more.
        if (references == EntryReferences.OnlyAcknowledged && stream.IsReferenced(id))
            return DeletionOutcome.Kept;
        return stream.Delete(id) ? DeletionOutcome.Deleted : DeletionOutcome.NotFound;
    }
}
