namespace WorkerStreams.Engine.Journal;

/// <summary>The settings of a journal. Whoever makes them has checked them.</summary>
internal sealed record FileJournalOptions
{
    public FlushPolicy FlushPolicy { get; init; } = FlushPolicy.EverySecond;

    /// <summary>The size of a segment: 4 KiB to 256 MiB, a multiple of 512. A journal whose segments have another size goes on with this one.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many segments a checkpoint may leave for use again; more are deleted.</summary>
    public int SpareSegments { get; init; } = 16;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Called on the journal's threads; must not throw.</summary>
    public Action<JournalEvent>? Log { get; init; }
}
