using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Producing;

/// <summary>The producers that the application has made use of, to be flushed when the host has stopped all else.</summary>
internal sealed class OpenProducers
{
    private readonly ConcurrentQueue<IFlushable> _producers = new();

    public void Add(IFlushable producer) => _producers.Enqueue(producer);

    public async Task FlushAsync(ILogger logger, CancellationToken cancellation)
    {
        foreach (var producer in _producers)
        {
            if (await producer.FlushAsync(cancellation) is > 0 and var left)
                ProducerLog.FlushIncomplete(logger, producer.Stream, left);
        }
    }
}
