using WorkerStreams.Engine;

namespace WorkerStreams.EngineWorker;

/// <summary>Takes up most of a small memory, so that whatever may leave it does, and there is yet room for what must stay.</summary>
internal static class Ballast
{
    /// <summary>The memory that an engine with it may have, in bytes.</summary>
    public const int MaxMemory = 16 * 1024 * 1024;

    private const int Entries = 4;

    // In all more than that beyond which chunks leave.
    private const int Bytes = (MaxMemory / 8 * 7 / Entries) + 1024;

    private static readonly StreamName s_stream = "{ballast}";

    /// <summary>What it gives keeps the ballast in memory, until it is disposed.</summary>
    public static async Task<EntryBatch> TakeAsync(IStreamEngine engine)
    {
        // The last chunk of a stream would be in each checkpoint, and make them rare.
        for (var length = await engine.GetLengthAsync(s_stream); length <= Entries; length++)
            await engine.AppendAsync(s_stream, new AppendEntry(EntryFields.Of(("ballast", new string('b', length < Entries ? Bytes : 1)))));
        return await engine.RangeAsync(s_stream, RangeBound.Min, RangeBound.Max, Entries);
    }
}
