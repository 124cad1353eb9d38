using System.Diagnostics;
using WorkerStreams.Engine;

namespace WorkerStreams.Benchmarks.Durable;

/// <summary>How long an engine takes to have again what its folder holds.</summary>
internal static class Recovery
{
    private const int BatchSize = 1_000;

    private static readonly StreamName s_stream = "orders";
    private static readonly AppendEntry[] s_entries = [.. Enumerable.Repeat(Payload200.Entry, BatchSize)];

    /// <summary>Appends so many entries, trims them to so many, and makes the engine anew.</summary>
    public static async Task<TimeSpan> MeasureAsync(string folder, int entries, int kept)
    {
        var options = new InProcessEngineOptions { DataDirectory = folder };
        using (var engine = new InProcessStreamEngine(options))
        {
            var results = new AppendResult[BatchSize];
            for (var appended = 0; appended < entries; appended += BatchSize)
                await engine.AppendAsync(s_stream, s_entries, results);
            await engine.TrimAsync(s_stream, StreamTrim.MaxLength(kept));
        }
        // The memory is given back: a process that starts has none of it.
        GC.Collect();
        var begun = Stopwatch.GetTimestamp();
        using var again = new InProcessStreamEngine(options);
        var time = Stopwatch.GetElapsedTime(begun);
        if (await again.GetLengthAsync(s_stream) != kept)
            throw new InvalidOperationException("Not every entry is there again.");
        return time;
    }
}
