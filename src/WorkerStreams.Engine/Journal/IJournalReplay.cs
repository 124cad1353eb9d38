using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>Who is told, when a journal opens, what it holds: first the parts of the last checkpoint, where there is one, then every record after it.</summary>
internal interface IJournalReplay
{
    /// <summary>Where the chunks are that the parts will tell of. Called first.</summary>
    void Begin(IChunkStore chunks);

    void LoadPart(ReadOnlySpan<byte> part);

    /// <summary>All parts were loaded. They hold the effect of every record up to that sequence.</summary>
    void CheckpointLoaded(long sequence);

    void Replay(long sequence, ReadOnlySpan<byte> record);
}
