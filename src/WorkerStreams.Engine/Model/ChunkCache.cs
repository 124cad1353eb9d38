using System.Buffers;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// The chunks of a shard that are on the disk, too: those that are in memory leave it, the longest there first, when memory is short, and come back when they are asked for.
/// Guarded by the shard's lock.
/// </summary>
/// <param name="store">Where chunks are kept.</param>
/// <param name="meter">What memory holds.</param>
/// <param name="mostBytes">What it may hold before chunks leave it.</param>
internal sealed class ChunkCache(IChunkStore store, MemoryMeter meter, long mostBytes)
{
    // Others wait for the lock, and batches may show many that have to stay.
    private const int MostAtOnce = 64;

    private readonly Queue<Chunk> _here = new();

    /// <summary>The chunk is read back into memory.</summary>
    public void Bring(Chunk chunk)
    {
        var address = chunk.Stored!.Address;
        MakeRoom(address.Length);
        var image = ArrayPool<byte>.Shared.Rent(address.Length);
        try
        {
            store.Read(chunk.Stored, image.AsSpan(0, address.Length));
            meter.Add(chunk.Bring(image.AsSpan(0, address.Length)));
            IsHere(chunk);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(image);
        }
    }

    /// <summary>The chunk is on the disk, for the first time or at another place.</summary>
    public void Keep(Chunk chunk, StoredChunk stored)
    {
        if (chunk.IsGone)
        {
            store.Free(stored.Address);
            return;
        }
        var isFirst = chunk.Stored is null;
        Forget(chunk);
        chunk.Stored = stored;
        if (!isFirst)
            return;
        meter.Add(StoredChunk.MemoryBytes);
        IsHere(chunk);
        MakeRoom(0);
    }

    /// <summary>What is on the disk of the chunk is needed no more.</summary>
    public void Forget(Chunk chunk)
    {
        if (chunk.Stored is { } stored)
            store.Free(stored.Address);
    }

    /// <summary>The chunks that may have to be looked at for room.</summary>
    public int Count => _here.Count;

    /// <summary>Some chunks leave memory, until there is room for so many bytes.</summary>
    /// <returns>How many were looked at; those that had to stay are the last to be looked at again.</returns>
    public int MakeRoom(long bytes)
    {
        var (looked, most) = (0, Math.Min(_here.Count, MostAtOnce));
        for (; looked < most && meter.Used + bytes > mostBytes; looked++)
        {
            var chunk = _here.Dequeue();
            if (chunk.IsGone || !chunk.IsHere)
                continue;
            if (chunk.CanLeave)
                meter.Add(-chunk.LeaveMemory());
            else
                _here.Enqueue(chunk);
        }
        return looked;
    }

    private void IsHere(Chunk chunk)
    {
        // What was trimmed goes first, and is not kept where memory is never short.
        while (_here.TryPeek(out var oldest) && oldest.IsGone)
            _here.Dequeue();
        _here.Enqueue(chunk);
    }
}
