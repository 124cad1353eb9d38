using System.Text;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>Keeps the records of a journal as texts. A checkpoint is all texts up to it, a part each.</summary>
internal sealed class Replayed : IJournalReplay
{
    public List<string> Records { get; } = [];

    public long Checkpoint { get; private set; }

    public void Begin(IChunkStore chunks)
    {
    }

    public void LoadPart(ReadOnlySpan<byte> part) => Records.Add(Encoding.UTF8.GetString(part));

    public void CheckpointLoaded(long sequence)
    {
        Assert.Equal(Records.Count, sequence);
        Checkpoint = sequence;
    }

    public void Replay(long sequence, ReadOnlySpan<byte> record)
    {
        Assert.Equal(Records.Count + 1, sequence);
        Records.Add(Encoding.UTF8.GetString(record));
    }

    public static IEnumerable<ReadOnlyMemory<byte>> Parts(IEnumerable<string> records) =>
        records.Select(record => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(record)));
}
