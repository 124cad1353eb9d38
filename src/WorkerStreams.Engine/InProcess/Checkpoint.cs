using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// All that there is, told as changes that would make it. Stream by stream, each as of a record of its own: what is short or may change in its place is written down while
/// its shard is locked, and its entries are read afterwards where they lie.
/// </summary>
/// <param name="store">The streams.</param>
/// <param name="journal">Where they are kept.</param>
/// <param name="partBytes">The bytes after which a part ends, unless it is of what has to be told at once.</param>
internal sealed class Checkpoint(StreamStore store, IJournal journal, int partBytes = Checkpoint.PartBytes)
{
    private const int PartBytes = 1024 * 1024;

    private readonly ChangeWriter _entries = new();
    private readonly ChangeWriter _rest = new();

    /// <summary>What it holds. Each part is gone once the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> GetParts()
    {
        for (var i = 0; i < store.Shards.Length; i++)
        {
            foreach (var name in store.Shards[i].GetNames())
            {
                foreach (var part in GetParts(store.Shards[i], name))
                    yield return part;
            }
        }
        _rest.Clear();
        _rest.End(journal.LastSequence);
        yield return _rest.WrittenMemory;
    }

    private IEnumerable<ReadOnlyMemory<byte>> GetParts(Shard shard, StreamName name)
    {
        _entries.Clear();
        _rest.Clear();
        if (Capture(shard, name) is not var (stream, frozen))
            yield break;
        try
        {
            foreach (var entries in frozen)
            {
                _entries.Appended(stream, entries);
                if (_entries.Written.Length < partBytes)
                    continue;
                yield return _entries.WrittenMemory;
                _entries.Clear();
            }
            yield return _entries.WrittenMemory;
            yield return _rest.WrittenMemory;
        }
        finally
        {
            frozen.ForEach(static entries => entries.Chunk.Thaw());
        }
    }

    private (StreamState Stream, List<ChunkEntries> Frozen)? Capture(Shard shard, StreamName name)
    {
        shard.Lock();
        try
        {
            if (!shard.TryGet(name, out var stream))
                return null;
            _entries.AsOf(stream, journal.LastSequence);
            _entries.Created(stream);
            var frozen = stream.Log.Freeze(out var last);
            _rest.Appended(stream, last);
            _rest.IdsSet(stream);
            foreach (var group in stream.Groups)
                Write(group);
            return (stream, frozen);
        }
        finally
        {
            shard.Unlock();
        }
    }

    private void Write(GroupState group)
    {
        _rest.Created(group);
        foreach (var consumer in group.Consumers)
        {
            _rest.Created(group, consumer);
            _rest.Active(group, consumer);
            if (consumer.Hold is not null || consumer.IsLeft)
                _rest.NameHeld(group, consumer);
        }
        for (var more = group.Pending.TryGetFrom(StreamEntryId.MinValue, out var place); more; more = group.Pending.TryGetNext(ref place))
            _rest.Assigned(group, place.Id, place.Delivery);
    }
}
