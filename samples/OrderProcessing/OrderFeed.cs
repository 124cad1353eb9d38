using WorkerStreams;

namespace OrderProcessing;

/// <summary>Publishes order lines.</summary>
internal sealed class OrderFeed(IStreamProducer<OrderLine> producer, OrderStream stream)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Publishes all lines and waits until each is settled.</summary>
    public async Task RunAsync(IEnumerable<OrderLine> lines, IProgress<OrderProgress> progress, CancellationToken cancellation)
    {
        var state = default(OrderProgress);
        foreach (var batch in lines.Chunk(BatchSize))
        {
            await producer.PublishManyAsync(batch, cancellation: cancellation);
            progress.Report(state = await stream.GetProgressAsync(state.Published + batch.Length, cancellation));
        }
        while (state.Settled < state.Published)
        {
            await Task.Delay(PollInterval, TimeProvider.System, cancellation);
            progress.Report(state = await stream.GetProgressAsync(state.Published, cancellation));
        }
    }
}
