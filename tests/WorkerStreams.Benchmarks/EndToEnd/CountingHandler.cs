namespace WorkerStreams.Benchmarks.EndToEnd;

/// <summary>The handler, which does next to nothing: what is timed is the way to it.</summary>
internal sealed class CountingHandler(Tally tally) : IStreamHandler<OrderLine>
{
    public ValueTask HandleAsync(OrderLine message, StreamContext context, CancellationToken cancellation)
    {
        tally.Add(message);
        return default;
    }
}
