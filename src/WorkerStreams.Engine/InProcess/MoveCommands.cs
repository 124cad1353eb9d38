using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>Entries that leave one stream for another: XADD and XDEL in one step.</summary>
internal static class MoveCommands
{
    public static void Move(Shard shard, MoveRequest request, Span<StreamEntryId?> newIds)
    {
        var entries = request.Entries.Span;
        newIds[..entries.Length].Clear();
        Check(request);
        if (!shard.TryGet(request.Source, out var source))
            return;
        var there = Find(source, entries);
        if (there.Count == 0)
            return;
        shard.TryGet(request.Destination, out var destination);
        CheckRoom(shard, destination, entries, there);
        destination ??= shard.Create(request.Destination);
        var now = shard.EntryClock.Now;
        foreach (var i in there)
        {
            AppendCommands.TryNextId(destination.LastId, now, out var id);
            destination.Append(id, entries[i].Fields.Encoded);
            source.Delete(entries[i].Id);
            shard.Changes += 2;
            newIds[i] = id;
        }
        shard.ServeWaiters(destination);
    }

    private static void Check(MoveRequest request)
    {
        if (request.Source.Slot != request.Destination.Slot)
        {
            throw StreamEngineException.InvalidArgument(
                $"the stream '{request.Destination}' must be of the same hash slot as the stream '{request.Source}' that entries leave for it, such as its companion");
        }
        foreach (ref readonly var entry in request.Entries.Span)
        {
            if (entry.Fields.EncodedLength == 0)
                throw Errors.Arity("xadd");
        }
    }

    // Which of the entries are there, each once.
    private static List<int> Find(StreamState source, ReadOnlySpan<MoveEntry> entries)
    {
        var (there, named) = (new List<int>(entries.Length), new HashSet<StreamEntryId>(entries.Length));
        for (var i = 0; i < entries.Length; i++)
        {
            if (named.Add(entries[i].Id) && source.Log.TryFind(entries[i].Id, out _, out _))
                there.Add(i);
        }
        return there;
    }

    // What could fail on the way is refused before anything changes.
    private static void CheckRoom(Shard shard, StreamState? destination, ReadOnlySpan<MoveEntry> entries, List<int> there)
    {
        if (destination is { LastId: { Milliseconds: ulong.MaxValue, Sequence: var last } } && last > ulong.MaxValue - (ulong)there.Count)
            throw Errors.IdsExhausted();
        var bytes = 0L;
        foreach (var i in there)
            bytes += entries[i].Fields.EncodedLength;
        // Not held to the largest entry: what is moved may be told its history.
        if (shard.Store.CheckMemory(shard, bytes) is { } refusal)
            throw refusal;
    }
}
