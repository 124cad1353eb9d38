using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Producing;

/// <summary>The producers that the application has made use of, to be flushed when the host has stopped all else, and looked at meanwhile.</summary>
internal sealed class OpenProducers
{
    private readonly ConcurrentQueue<IOpenProducer> _producers = new();

    public void Add(IOpenProducer producer) => _producers.Enqueue(producer);

    /// <summary>Those for whose messages the engine has no room.</summary>
    public IEnumerable<IOpenProducer> Refused => _producers.Where(static producer => producer.Refusal is not null);

    public async Task FlushAsync(ILogger logger, CancellationToken cancellation)
    {
        foreach (var producer in _producers)
        {
            if (await producer.FlushAsync(cancellation) is > 0 and var left)
                ProducerLog.FlushIncomplete(logger, producer.Stream, left);
        }
    }
}
