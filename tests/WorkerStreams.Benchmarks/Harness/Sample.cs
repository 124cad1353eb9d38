using System.Diagnostics;

namespace WorkerStreams.Benchmarks.Harness;

/// <summary>One timed run of a contestant.</summary>
internal readonly record struct Sample(int Messages, TimeSpan Elapsed, long AllocatedBytes)
{
    public double MessagesPerSecond => Messages / Elapsed.TotalSeconds;

    public double BytesPerMessage => (double)AllocatedBytes / Messages;

    public static async Task<Sample> TakeAsync(IContestant contestant, int messages)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        await contestant.RunAsync(messages, watch);
        watch.Stop();
        return new(messages, watch.Elapsed, GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }
}
