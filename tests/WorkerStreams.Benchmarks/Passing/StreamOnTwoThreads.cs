using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>One thread appends; the other waits for entries, reads up to a hundred and acknowledges them.</summary>
internal sealed class StreamOnTwoThreads(BoundedStream stream) : IContestant
{
    // About as far ahead as the rival's channel lets its producer be.
    private const int BatchesAhead = 2;
    private const int BatchAhead = 500;

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        using var window = new Window(BatchesAhead, BatchAhead);
        await BothSides.RunAsync(() => ProduceAsync(messages, window), () => ConsumeAsync(messages, window));
    }

    private async Task ProduceAsync(int messages, Window window)
    {
        for (var sent = 0; sent < messages; sent += BoundedStream.BatchSize)
        {
            await window.BeforeAsync(sent);
            await stream.AppendBatchAsync(sent);
        }
    }

    private async Task ConsumeAsync(int messages, Window window)
    {
        for (var consumed = 0; consumed < messages;)
        {
            var count = await stream.ConsumeAsync(consumed);
            window.Passed(consumed, consumed += count);
        }
    }
}
