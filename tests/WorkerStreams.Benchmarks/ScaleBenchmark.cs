using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Standing;

namespace WorkerStreams.Benchmarks;

/// <summary>Reading and acknowledging in a stream of 10 million entries, 1 million of them pending, beside one of 10 thousand.</summary>
internal static class ScaleBenchmark
{
    private const int Large = 10_000_000;
    private const int Small = 10_000;
    private const int EntriesPerPending = 10;

    public static async Task RunAsync(Effort effort, Report report)
    {
        await RunAsync("scale/oldest-first", AcknowledgeOrder.OldestFirst, Bar.AtLeast(0.8), effort, report);
        await RunAsync("scale/random", AcknowledgeOrder.Random, Bar.AtLeast(1 / 2.5), effort, report);
    }

    private static async Task RunAsync(string name, AcknowledgeOrder order, Bar bar, Effort effort, Report report)
    {
        using var small = await StandingStream.CreateAsync(Small, Small / EntriesPerPending, order);
        using var large = await StandingStream.CreateAsync(Large, Large / EntriesPerPending, order);
        var results = await new Race(effort).RunAsync(small, large);
        report.Rate($"{name}/10-thousand", results[0]);
        report.Rate($"{name}/10-million:10-thousand", results[1], results[1].RatioTo(results[0]), bar);
    }
}
