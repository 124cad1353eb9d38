using WorkerStreams;
using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>
/// Publishes order lines in the order of the input, under ids that are the same whenever it is done. So the stream has the first so many of them, whoever published
/// them, and its last id tells where to go on: after a run that was killed, or where a server takes another's place and has not all of what that had.
/// </summary>
internal sealed class OrderFeed(IStreamProducer<OrderLine> producer, OrderStream stream, Outage outage)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Publishes all lines and waits until each is settled.</summary>
    /// <exception cref="InvalidDataException">The stream has not just these lines.</exception>
    public async Task RunAsync(IReadOnlyList<OrderLine> lines, IProgress<OrderProgress> progress, CancellationToken cancellation)
    {
        var published = 0;
        do
        {
            while (published < lines.Count)
            {
                published = await PublishAsync(lines, published, cancellation);
                await ReportAsync();
            }
            while (await ReportAsync() < lines.Count)
                await Task.Delay(PollInterval, TimeProvider.System, cancellation);
            published = await CountPublishedAsync(lines, cancellation);
        }
        while (published < lines.Count);
        var length = await outage.OutlastAsync(() => stream.GetLengthAsync(cancellation), cancellation);
        if (length != lines.Count)
            throw new InvalidDataException($"The stream {stream} has {length} lines, and the input {lines.Count}. Has the input changed? Then it needs another ledger.");

        async Task<long> ReportAsync()
        {
            var last = published > 0 ? OrderStream.IdOf(lines[published - 1]) : StreamEntryId.MinValue;
            var state = await outage.OutlastAsync(() => stream.GetProgressAsync(published, last, cancellation), cancellation);
            progress.Report(state);
            return state.Settled;
        }
    }

    // The next lines, one batch after the other: a later id would make an earlier one too small.
    private async Task<int> PublishAsync(IReadOnlyList<OrderLine> lines, int published, CancellationToken cancellation)
    {
        var batch = lines.Skip(published).Take(BatchSize).ToList();
        try
        {
            await producer.PublishManyAsync(batch, new() { Ids = [.. batch.Select(line => NewEntryId.Explicit(OrderStream.IdOf(line)))] }, cancellation);
            outage.End();
            return published + batch.Count;
        }
        catch (PublishException failure) when (Outage.IsOne(failure))
        {
            // Some of it may be there.
            await outage.PauseAsync(failure, cancellation);
        }
        catch (PublishException failure) when (failure.Results.Any(result => result.Error?.Code == StreamErrorCode.IdTooSmall))
        {
            // A run before this one was here.
        }
        return await CountPublishedAsync(lines, cancellation);
    }

    private async Task<int> CountPublishedAsync(IReadOnlyList<OrderLine> lines, CancellationToken cancellation)
    {
        var last = await outage.OutlastAsync(() => stream.GetLastIdAsync(cancellation), cancellation);
        return lines.Count(line => OrderStream.IdOf(line) <= last);
    }
}
