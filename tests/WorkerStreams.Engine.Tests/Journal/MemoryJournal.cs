using WorkerStreams.Engine.Journal;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>Keeps records and checkpoints in memory, for whoever opens it next.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly List<(long Sequence, byte[] Record)> _records = [];
    private List<byte[]> _checkpoint = [];
    private long _checkpointed;

    public long LastSequence { get; private set; }

    public long BytesSinceCheckpoint => _records.Sum(static record => (long)record.Record.Length);

    public MemoryJournal Open(IJournalReplay replay)
    {
        _checkpoint.ForEach(part => replay.LoadPart(part));
        replay.CheckpointLoaded(_checkpointed);
        _records.ForEach(record => replay.Replay(record.Sequence, record.Record));
        return this;
    }

    public bool TryReserve(long bytes, bool urgent) => true;

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

    public void WriteCheckpoint(long sequence, IEnumerable<ReadOnlyMemory<byte>> parts) => Keep(sequence, [.. parts.Select(static part => part.ToArray())]);

    /// <summary>A checkpoint stands for the records up to a sequence.</summary>
    public void Keep(long sequence, List<byte[]> parts)
    {
        (_checkpoint, _checkpointed) = (parts, sequence);
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
}
