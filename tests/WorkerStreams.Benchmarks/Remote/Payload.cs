using System.Text.Json;
using WorkerStreams.Benchmarks.EndToEnd;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>What the hand-written loops make of a message, and what they do with one.</summary>
internal abstract class Payload
{
    public abstract ReadOnlyMemory<byte> Make(int number);

    public abstract void Handle(ReadOnlySpan<byte> payload);
}

/// <summary>Typed messages as JSON, as the framework has them.</summary>
internal sealed class JsonPayload : Payload
{
    public override ReadOnlyMemory<byte> Make(int number) =>
        JsonSerializer.SerializeToUtf8Bytes(OrderLine.Samples[number % OrderLine.Samples.Count], OrderLine.Json);

    public override void Handle(ReadOnlySpan<byte> payload)
    {
        if (JsonSerializer.Deserialize(payload, OrderLine.Json) is not { Quantity: > 0 })
            throw new InvalidOperationException("An order line lost its quantity.");
    }
}

/// <summary>The same bytes, made beforehand and only looked at.</summary>
internal sealed class BytesPayload : Payload
{
    private readonly byte[][] _payloads = [.. OrderLine.Samples.Select(line => JsonSerializer.SerializeToUtf8Bytes(line, OrderLine.Json))];

    public override ReadOnlyMemory<byte> Make(int number) => _payloads[number % _payloads.Length];

    public override void Handle(ReadOnlySpan<byte> payload)
    {
        if (payload is not [(byte)'{', .., (byte)'}'])
            throw new InvalidOperationException("A payload was cut.");
    }
}
