using WorkerStreams.Benchmarks;
using WorkerStreams.Benchmarks.Harness;

var guard = args.Contains("--guard");
var benchmarks = new Dictionary<string, Func<Effort, Report, Task>>
{
    ["engine"] = EngineBenchmark.RunAsync,
    ["end-to-end"] = EndToEndBenchmark.RunAsync,
    ["scale"] = ScaleBenchmark.RunAsync,
    ["durable"] = DurableBenchmark.RunAsync,
    ["redis"] = RedisBenchmark.RunAsync,
    ["server"] = ServerBenchmark.RunAsync,
};
var names = args.Where(argument => argument != "--guard").ToArray();
if (names is not [var name] || !(name == "all" || benchmarks.ContainsKey(name)))
{
    Console.Error.WriteLine($"Usage: {string.Join(" | ", benchmarks.Keys)} | all [--guard]");
    return 2;
}

var report = new Report(guard);
foreach (var benchmark in name == "all" ? [.. benchmarks.Keys] : names)
    await benchmarks[benchmark](guard ? Effort.Guard : Effort.Full, report);
report.Sum();
return guard && report.HasMissed ? 1 : 0;
