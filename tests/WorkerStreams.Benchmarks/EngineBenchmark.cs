using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Passing;

namespace WorkerStreams.Benchmarks;

/// <summary>The engine alone, with payloads of 200 bytes, beside a bounded channel and a plain copy.</summary>
internal static class EngineBenchmark
{
    // The first is what a producer of single messages and a consumer do; then the workers' way to acknowledge; then a producer of many.
    private static readonly (string Name, Appending Appending, Acknowledgement Acknowledgement)[] s_ways =
    [
        ("acknowledge", Appending.OneByOne, Acknowledgement.Plain),
        ("settle", Appending.OneByOne, Acknowledgement.ByOwner),
        ("by-hundred", Appending.ByHundred, Acknowledgement.Plain),
    ];

    public static async Task RunAsync(Effort effort, Report report)
    {
        await RunAsync("engine/one-thread", stream => new StreamOnOneThread(stream), new ChannelOnOneThread(), Bar.AtLeast(1 / 30.0), effort, report);
        await RunAsync("engine/two-threads", stream => new StreamOnTwoThreads(stream), new ChannelOnTwoThreads(), null, effort, report);
    }

    // A plain copy is what one thread can do: two, which hand each line of memory over, are shown beside it but not held to it.
    private static async Task RunAsync(
        string name, Func<BoundedStream, IContestant> over, IContestant channel, Bar? ofCopy, Effort effort, Report report)
    {
        var streams = new List<BoundedStream>();
        foreach (var way in s_ways)
            streams.Add(await BoundedStream.CreateAsync(way.Appending, way.Acknowledgement));
        var results = await new Race(effort).RunAsync([channel, new PlainCopy(), .. streams.Select(over)]);
        streams.ForEach(stream => stream.Dispose());
        report.Rate($"{name}/channel", results[0]);
        report.Rate($"{name}/plain-copy", results[1]);
        for (var i = 0; i < s_ways.Length; i++)
        {
            var (way, ours) = (s_ways[i].Name, results[i + 2]);
            report.Rate($"{name}/{way}:channel", ours, ours.RatioTo(results[0]), Bar.AtLeast(1.0));
            report.Rate($"{name}/{way}:plain-copy", ours, ours.RatioTo(results[1]), ofCopy);
            report.Allocated($"{name}/{way}:allocated", ours.BytesPerMessage, Bar.AtMost(16));
        }
    }
}
