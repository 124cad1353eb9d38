using System.Diagnostics;
using System.Threading.Channels;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>The rival: one thread writes fresh arrays to a bounded channel, the other reads them.</summary>
internal sealed class ChannelOnTwoThreads : IContestant
{
    public const int Capacity = 1024;

    public Task RunAsync(int messages, Stopwatch watch)
    {
        var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        return BothSides.RunAsync(() => ProduceAsync(messages, channel.Writer), () => ConsumeAsync(messages, channel.Reader));
    }

    /// <summary>Writes a hundred fresh arrays, one by one, that bear the numbers from <paramref name="next"/> on.</summary>
    public static async ValueTask WriteBatchAsync(ChannelWriter<byte[]> writer, int next)
    {
        for (var end = next + BoundedStream.BatchSize; next < end; next++)
        {
            var payload = NumberedPayload.Create(next);
            if (!writer.TryWrite(payload))
                await writer.WriteAsync(payload);
        }
    }

    private static async Task ProduceAsync(int messages, ChannelWriter<byte[]> writer)
    {
        for (var sent = 0; sent < messages; sent += BoundedStream.BatchSize)
            await WriteBatchAsync(writer, sent);
        writer.Complete();
    }

    private static async Task ConsumeAsync(int messages, ChannelReader<byte[]> reader)
    {
        var consumed = 0;
        while (await reader.WaitToReadAsync())
            consumed = ReadWhatIsThere(reader, consumed);
        if (consumed != messages)
            throw new InvalidOperationException($"{consumed} of {messages} messages arrived.");
    }

    private static int ReadWhatIsThere(ChannelReader<byte[]> reader, int next)
    {
        while (reader.TryRead(out var payload))
            NumberedPayload.Check(payload, next++);
        return next;
    }
}
