using System.Diagnostics;
using System.Text.Json;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.EndToEnd;

/// <summary>Makes the message objects and their strings out of JSON and nothing else: what no program is spared.</summary>
internal sealed class DeserializingAlone : IContestant
{
    private readonly byte[][] _payloads = [.. OrderLine.Samples.Select(line => JsonSerializer.SerializeToUtf8Bytes(line, OrderLine.Json))];

    public Task RunAsync(int messages, Stopwatch watch)
    {
        for (var i = 0; i < messages; i++)
        {
            if (JsonSerializer.Deserialize(_payloads[i % _payloads.Length], OrderLine.Json) is not { Quantity: > 0 })
                throw new InvalidOperationException("An order line lost its quantity.");
        }
        return Task.CompletedTask;
    }
}
