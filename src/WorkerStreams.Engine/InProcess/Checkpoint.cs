using System.Buffers;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// All that there is, told as changes that would make it. Stream by stream, each as of a record of its own: what is short or may change in its place is written down while
/// its shard is locked. Its chunks are kept in files, each once, and only told of.
/// </summary>
/// <param name="store">The streams.</param>
/// <param name="journal">Where they are kept.</param>
/// <param name="partBytes">The bytes after which a part ends, unless it is of what has to be told at once.</param>
internal sealed class Checkpoint(StreamStore store, IJournal journal, int partBytes = Checkpoint.PartBytes)
{
    private const int PartBytes = 1024 * 1024;

    private readonly ChangeWriter _entries = new();
    private readonly ChangeWriter _rest = new();
    private readonly ArrayBufferWriter<byte> _chunk = new();

    /// <summary>What it holds. Each part is gone once the next is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> GetParts()
    {
        // On a full disk what was written of one that fails would be in the way of the next. Each chunk is looked at only where it may matter.
        var most = 2 * store.Meter.Used;
        journal.Chunks.CheckRoom(journal.Chunks.Room < most ? BytesToStore() : most);
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

    private long BytesToStore()
    {
        var bytes = 0L;
        foreach (var shard in store.Shards)
        {
            foreach (var name in shard.GetNames())
            {
                using var held = shard.Hold();
                bytes += shard.TryGet(name, out var stream) ? stream.Log.BytesToStore : 0;
            }
        }
        return bytes;
    }

    private IEnumerable<ReadOnlyMemory<byte>> GetParts(Shard shard, StreamName name)
    {
        _entries.Clear();
        _rest.Clear();
        if (Capture(shard, name) is not { } captured)
            yield break;
        try
        {
            for (var i = 0; i < captured.Chunks.Length; i++)
            {
                if (captured.Chunks.Span[i] is { } chunk)
                    Write(shard, captured.Stream, chunk, i == 0 ? captured.Beginning : null);
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
            using (shard.Hold())
                captured.Stream.Log.Thaw();
        }
    }

    private Captured? Capture(Shard shard, StreamName name)
    {
        using var held = shard.Hold();
        if (!shard.TryGet(name, out var stream))
            return null;
        _entries.AsOf(stream, journal.LastSequence);
        _entries.Created(stream);
        var chunks = stream.Log.Freeze();
        try
        {
            var whole = chunks.AsMemory();
            // To the last one more may be appended.
            if (chunks is [.., { Stored: null } last])
            {
                _rest.Appended(stream, last, last.Start..last.End);
                whole = whole[..^1];
            }
            _rest.IdsSet(stream);
            _rest.Remembered(stream);
            foreach (var group in stream.Groups)
                Write(group);
            return new(stream, whole, whole.Span is [{ } head, ..] ? new(head.Start, head.Live, head.FirstId) : default);
        }
        catch
        {
            stream.Log.Thaw();
            throw;
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
        foreach (var (id, delivery) in group.Deliveries)
            _rest.Assigned(group, id, delivery);
    }

    // Only the first chunk may have lost entries to trimming, and may lose more meanwhile.
    private void Write(Shard shard, StreamState stream, Chunk chunk, Beginning? beginning)
    {
        var start = beginning?.Start ?? 0;
        if (chunk.Stored is null && chunk.SavedBytes > journal.Chunks.LargestChunk)
        {
            _entries.Appended(stream, chunk, start..chunk.End);
            return;
        }
        var stored = chunk.Stored is { } there && !journal.Chunks.ShouldMove(there.Address) ? there : Keep(shard, chunk, start);
        _entries.Stored(stream, beginning is { } left ? stored with { Start = left.Start, Live = left.Live, FirstId = left.FirstId } : stored);
    }

    private StoredChunk Keep(Shard shard, Chunk chunk, int start)
    {
        _chunk.ResetWrittenCount();
        if (chunk.Stored is { } there)
        {
            journal.Chunks.Read(there, _chunk.GetSpan(there.Address.Length)[..there.Address.Length]);
            _chunk.Advance(there.Address.Length);
        }
        else
        {
            chunk.Save(_chunk);
        }
        var address = journal.Chunks.Write(_chunk.WrittenSpan);
        var stored = chunk.Stored is { } before ? before with { Address = address } : chunk.Describe(address, start);
        using (shard.Hold())
            shard.Chunks!.Keep(chunk, stored);
        return stored;
    }

    private sealed record Captured(StreamState Stream, ReadOnlyMemory<Chunk?> Chunks, Beginning Beginning);

    // What is left of a stream's first chunk.
    private readonly record struct Beginning(int Start, int Live, StreamEntryId FirstId);
}
