namespace WorkerStreams.Engine.Journal;

/// <summary>Tells how far a start is, each second that it takes.</summary>
internal sealed class RecoveryNotices(FileJournalOptions options)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly long _started = options.TimeProvider.GetTimestamp();
    private TimeSpan _next = Between;

    /// <summary>There is progress to tell of, which is not put into words where it is too early.</summary>
    public void Notice(Func<string> progress)
    {
        var elapsed = options.TimeProvider.GetElapsedTime(_started);
        if (elapsed < _next)
            return;
        _next = elapsed + Between;
        options.Log?.Invoke(new(JournalEventKind.Recovering, $"{progress()}, {elapsed.TotalSeconds:F0} s."));
    }
}
