using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Contract.Durable;

/// <summary>Keeps records and checkpoints in memory, for whoever opens it next.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly List<(long Sequence, byte[] Record)> _records = [];
    private List<byte[]> _checkpoint = [];
    private readonly MemoryChunks _chunks = new();
    private long _checkpointed;

    public long LastSequence { get; private set; }

    public long BytesSinceCheckpoint => _records.Sum(static record => (long)record.Record.Length);

    public IChunkStore Chunks => _chunks;

    public MemoryJournal Open(IJournalReplay replay)
    {
        _chunks.Begin();
        replay.Begin(_chunks);
        _checkpoint.ForEach(part => replay.LoadPart(part));
        replay.CheckpointLoaded(_checkpointed);
        _records.ForEach(record => replay.Replay(record.Sequence, record.Record));
        return this;
    }

    public bool CommitsToDisk => true;

    public long IdCeiling => 0;

    /// <summary>Whether there is room for nothing more.</summary>
    public bool IsFull { get; set; }

    public bool HasRoomToSpare => !IsFull;

    public bool MayExceed(long bytes) => true;

    public void RaiseIdCeiling(long milliseconds) => throw new NotSupportedException("All that was committed is there.");

    /// <summary>The most that was reserved at once.</summary>
    public long MostReserved { get; set; }

    public bool TryReserve(long bytes, bool urgent)
    {
        MostReserved = Math.Max(MostReserved, bytes);
        return !IsFull;
    }

    public void Release(long bytes)
    {
    }

    public long Append(ReadOnlySpan<byte> record, long reserved)
    {
        lock (_records)
            _records.Add((++LastSequence, record.ToArray()));
        return LastSequence;
    }

    public bool IsCommitted(long sequence) => true;

    public ValueTask CommitAsync(long sequence) => ValueTask.CompletedTask;

    public ValueTask<T> CommitAsync<T>(long sequence, T result) => new(result);

    public void WriteCheckpoint(long sequence, IEnumerable<ReadOnlyMemory<byte>> parts) => Keep(sequence, [.. parts.Select(static part => part.ToArray())]);

    /// <summary>A checkpoint stands for the records up to a sequence.</summary>
    public void Keep(long sequence, List<byte[]> parts)
    {
        (_checkpoint, _checkpointed) = (parts, sequence);
        _chunks.CheckpointEnds();
        _records.RemoveAll(record => record.Sequence <= sequence);
    }

    /// <summary>What was recorded after a sequence is gone, as after a repair, and its numbers are given again.</summary>
    public void CutAfter(long sequence)
    {
        _records.RemoveAll(record => record.Sequence > sequence);
        LastSequence = sequence;
    }

    public void Dispose()
    {
    }

    // Chunks that are kept as long as the journal is, though none may be freed twice, and none read that was freed but by the checkpoint that was under way.
    private sealed class MemoryChunks : IChunkStore
    {
        private readonly List<byte[]> _all = [];
        private readonly HashSet<ChunkAddress> _used = [];
        private readonly HashSet<ChunkAddress> _freed = [];
        private readonly Lock _lock = new();

        public int LargestChunk => 4096;

        public long BytesRead => 0;

        public long? Room => null;

    public void CheckRoom(long bytes)
        {
        }

        public ChunkAddress Write(ReadOnlySpan<byte> chunk)
        {
            lock (_lock)
            {
                _all.Add(chunk.ToArray());
                var address = new ChunkAddress(1, _all.Count - 1, chunk.Length);
                _used.Add(address);
                return address;
            }
        }

        /// <summary>Whoever comes next uses what its checkpoint tells of.</summary>
        public void Begin()
        {
            lock (_lock)
                _used.Clear();
            CheckpointEnds();
        }

        public void CheckpointEnds()
        {
            lock (_lock)
                _freed.Clear();
        }

        public void Read(StoredChunk chunk, Span<byte> saved)
        {
            lock (_lock)
            {
                Check(_used.Contains(chunk.Address) || _freed.Contains(chunk.Address), chunk.Address, "is read, and was freed before");
                _all[(int)chunk.Address.Offset].CopyTo(saved);
            }
            Check(Chunk.IsOf(saved, chunk), chunk.Address, $"is not {chunk}");
        }

        public void Use(StoredChunk chunk)
        {
            lock (_lock)
                Check(_used.Add(chunk.Address), chunk.Address, "is used twice");
        }

        public void Free(ChunkAddress address)
        {
            lock (_lock)
            {
                Check(_used.Remove(address), address, "is freed, and is not used");
                _freed.Add(address);
            }
        }

        private static void Check(bool holds, ChunkAddress address, string otherwise)
        {
            if (!holds)
                throw new InvalidOperationException($"The chunk at {address} {otherwise}.");
        }

        // Now and then.
        public bool ShouldMove(ChunkAddress address) => (address.Offset & 7) == 7;
    }
}
