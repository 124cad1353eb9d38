using System.Diagnostics;
using System.Threading.Channels;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>The rival: writes a hundred fresh arrays to a bounded channel, then reads them.</summary>
internal sealed class ChannelOnOneThread : IContestant
{
    private readonly Channel<byte[]> _channel = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(ChannelOnTwoThreads.Capacity) { SingleReader = true, SingleWriter = true });

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        for (var passed = 0; passed < messages; passed += BoundedStream.BatchSize)
        {
            await ChannelOnTwoThreads.WriteBatchAsync(_channel.Writer, passed);
            ReadBatch(passed);
        }
    }

    private void ReadBatch(int next)
    {
        for (var end = next + BoundedStream.BatchSize; next < end; next++)
        {
            if (!_channel.Reader.TryRead(out var payload))
                throw new InvalidOperationException($"Message {next} did not arrive.");
            NumberedPayload.Check(payload, next);
        }
    }
}
