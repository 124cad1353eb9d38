using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>Appends a hundred, then reads and acknowledges them together.</summary>
internal sealed class StreamOnOneThread(BoundedStream stream) : IContestant
{
    public async Task RunAsync(int messages, Stopwatch watch)
    {
        for (var passed = 0; passed < messages; passed += BoundedStream.BatchSize)
        {
            await stream.AppendBatchAsync(passed);
            await stream.ConsumeAsync(passed);
        }
    }
}
