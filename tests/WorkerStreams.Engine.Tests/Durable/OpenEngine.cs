using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Engines over a folder in memory.</summary>
internal static class OpenEngine
{
    public static InProcessStreamEngine On(MemoryFolder folder, InProcessEngineOptions options, FileJournalOptions journalOptions) =>
        On(folder, options, journalOptions, out _);

    /// <param name="folder">Where it is kept.</param>
    /// <param name="options">The engine's settings.</param>
    /// <param name="journalOptions">The journal's.</param>
    /// <param name="journal">The journal, for checkpoints when the test wants them.</param>
    public static InProcessStreamEngine On(MemoryFolder folder, InProcessEngineOptions options, FileJournalOptions journalOptions, out FileJournal journal)
    {
        FileJournal? opened = null;
        var engine = new InProcessStreamEngine(options, replay => opened = FileJournal.Open(folder, journalOptions, replay));
        journal = opened!;
        return engine;
    }
}
