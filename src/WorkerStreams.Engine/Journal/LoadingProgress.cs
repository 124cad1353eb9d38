using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>Tells how far the loading of a checkpoint is, each second that it takes.</summary>
internal sealed class LoadingProgress(IJournalReplay replay, IJournalFolder folder, IJournalFile file, FileJournalOptions options) : IJournalReplay
{
    private readonly RecoveryNotices _notices = new(options);
    private long _bytes;

    public void Begin(IChunkStore chunks) => replay.Begin(chunks);

    public void LoadPart(ReadOnlySpan<byte> part)
    {
        replay.LoadPart(part);
        _bytes += part.Length;
        _notices.Notice(() => $"The checkpoint '{file.Name}' in '{folder.Path}' is being loaded: {_bytes} of {file.Length} bytes");
    }

    public void CheckpointLoaded(long sequence) => replay.CheckpointLoaded(sequence);

    public void Replay(long sequence, ReadOnlySpan<byte> record) => replay.Replay(sequence, record);
}
