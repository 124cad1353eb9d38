using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>One thread appends one by one; the other waits for entries, reads up to a hundred and acknowledges them.</summary>
internal sealed class StreamOnTwoThreads(BoundedStream stream) : IContestant
{
    // As far ahead as the rival's channel lets its producer be.
    private const int BatchesAhead = ChannelOnTwoThreads.Capacity / BoundedStream.BatchSize;

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        using var window = new Window(BatchesAhead, BoundedStream.BatchSize);
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
