using WorkerStreams;
using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>Publishes order lines, under ids that are the same whenever it is done: what a run that was killed has published is recognised.</summary>
internal sealed class OrderFeed(IStreamProducer<OrderLine> producer, OrderStream stream)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Publishes all lines and waits until each is settled.</summary>
    public async Task RunAsync(IEnumerable<OrderLine> lines, IProgress<OrderProgress> progress, CancellationToken cancellation)
    {
        var state = default(OrderProgress);
        var last = StreamEntryId.MinValue;
        foreach (var batch in lines.Chunk(BatchSize))
        {
            IReadOnlyList<OrderLine> left = batch;
            // One after the other, for a later id would make an earlier one too small.
            while (left.Count > 0)
                left = await Outage.OutlastAsync(() => PublishAsync(left, cancellation), cancellation);
            last = OrderStream.IdOf(batch[^1]);
            await ReportAsync(state.Published + batch.Length);
        }
        while (state.Settled < state.Published)
        {
            await Task.Delay(PollInterval, TimeProvider.System, cancellation);
            await ReportAsync(state.Published);
        }

        async Task ReportAsync(long published) =>
            progress.Report(state = await Outage.OutlastAsync(() => stream.GetProgressAsync(published, last, cancellation), cancellation));
    }

    /// <returns>The lines that are not in the stream yet.</returns>
    private async ValueTask<IReadOnlyList<OrderLine>> PublishAsync(IReadOnlyList<OrderLine> lines, CancellationToken cancellation)
    {
        try
        {
            await producer.PublishManyAsync(lines, new() { Ids = [.. lines.Select(line => NewEntryId.Explicit(OrderStream.IdOf(line)))] }, cancellation);
            return [];
        }
        catch (PublishException failure) when (failure.Results.Count == lines.Count)
        {
            var refused = lines.Where((_, i) => failure.Results[i].Error?.Code == StreamErrorCode.IdTooSmall).ToList();
            // Nothing to go by but the failure.
            if (refused.Count == 0)
                throw;
            await stream.RequireAsync(refused, cancellation);
            return [.. lines.Where((line, i) => failure.Results[i].Status != AppendStatus.Stored).Except(refused)];
        }
    }
}
