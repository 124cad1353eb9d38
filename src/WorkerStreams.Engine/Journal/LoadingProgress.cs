using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>Tells how far the loading of a checkpoint is, each second that it takes.</summary>
internal sealed class LoadingProgress(IJournalReplay replay, IJournalFolder folder, IJournalFile file, FileJournalOptions options) : IJournalReplay
{
    private static readonly TimeSpan BetweenNotices = TimeSpan.FromSeconds(1);

    private readonly long _started = options.TimeProvider.GetTimestamp();
    private TimeSpan _nextNotice = BetweenNotices;
    private long _bytes;

    public void Begin(IChunkStore chunks) => replay.Begin(chunks);

    public void LoadPart(ReadOnlySpan<byte> part)
    {
        replay.LoadPart(part);
        _bytes += part.Length;
        var elapsed = options.TimeProvider.GetElapsedTime(_started);
        if (elapsed < _nextNotice)
            return;
        _nextNotice = elapsed + BetweenNotices;
        options.Log?.Invoke(new(
            JournalEventKind.Recovering,
            $"The checkpoint '{file.Name}' in '{folder.Path}' is being loaded: {_bytes} of {file.Length} bytes, {elapsed.TotalSeconds:F0} s."));
    }

    public void CheckpointLoaded(long sequence) => replay.CheckpointLoaded(sequence);

    public void Replay(long sequence, ReadOnlySpan<byte> record) => replay.Replay(sequence, record);
}
