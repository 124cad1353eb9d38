using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>
/// A writer to be used again: one kept per thread, and a fresh one where the kept one is in use further up the stack. It is needed only until
/// the engine's call returns, which has copied the bytes by then.
/// </summary>
internal static class EntryScratch
{
    [ThreadStatic]
    private static EntryFieldsWriter? t_kept;

    public static EntryFieldsWriter Take()
    {
        var kept = t_kept;
        t_kept = null;
        return kept ?? new();
    }

    public static void GiveBack(EntryFieldsWriter entry)
    {
        entry.Reset();
        t_kept = entry;
    }
}
