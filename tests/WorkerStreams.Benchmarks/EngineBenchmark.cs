using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Passing;

namespace WorkerStreams.Benchmarks;

/// <summary>The engine alone, with payloads of 200 bytes, beside a bounded channel and a plain copy.</summary>
internal static class EngineBenchmark
{
    public static async Task RunAsync(Effort effort, Report report)
    {
        await RunAsync("engine/one-thread", stream => new StreamOnOneThread(stream), new ChannelOnOneThread(), effort, report);
        await RunAsync("engine/two-threads", stream => new StreamOnTwoThreads(stream), new ChannelOnTwoThreads(), effort, report);
    }

    private static async Task RunAsync(
        string name, Func<BoundedStream, IContestant> over, IContestant channel, Effort effort, Report report)
    {
        using var acknowledged = await BoundedStream.CreateAsync(Acknowledgement.Plain);
        using var settled = await BoundedStream.CreateAsync(Acknowledgement.ByOwner);
        var results = await new Race(effort).RunAsync(channel, over(acknowledged), over(settled), new PlainCopy());
        report.Rate($"{name}/channel", results[0]);
        report.Rate($"{name}/plain-copy", results[3]);
        foreach (var (kind, ours) in new[] { ("acknowledge", results[1]), ("settle", results[2]) })
        {
            report.Rate($"{name}/{kind}:channel", ours, ours.RatioTo(results[0]), Bar.AtLeast(1.0));
            report.Rate($"{name}/{kind}:plain-copy", ours, ours.RatioTo(results[3]), Bar.AtLeast(1 / 30.0));
            report.Allocated($"{name}/{kind}:allocated", ours.BytesPerMessage, Bar.AtMost(16));
        }
    }
}
