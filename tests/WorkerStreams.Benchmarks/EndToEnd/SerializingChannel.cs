using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.EndToEnd;

/// <summary>The rival: serializes, passes the bytes through a bounded channel, deserializes, and calls a handler.</summary>
internal sealed class SerializingChannel : IContestant
{
    private const int Capacity = 1024;

    private readonly Tally _tally = new();

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        var handled = _tally.Expect(messages);
        var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });
        await BothSides.RunAsync(() => ProduceAsync(messages, channel.Writer), () => ConsumeAsync(channel.Reader));
        await handled;
    }

    private static async Task ProduceAsync(int messages, ChannelWriter<byte[]> writer)
    {
        for (var i = 0; i < messages; i++)
        {
            var payload = JsonSerializer.SerializeToUtf8Bytes(OrderLine.Samples[i % OrderLine.Samples.Count], OrderLine.Json);
            if (!writer.TryWrite(payload))
                await writer.WriteAsync(payload);
        }
        writer.Complete();
    }

    private async Task ConsumeAsync(ChannelReader<byte[]> reader)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out var payload))
                await HandleAsync(JsonSerializer.Deserialize(payload, OrderLine.Json)!);
        }
    }

    private ValueTask HandleAsync(OrderLine line)
    {
        _tally.Add(line);
        return default;
    }
}
