using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Claims entries whose back-off is over, from this consumer itself: the engine counts a delivery, and only what is still ours comes back.</summary>
internal sealed class RedeliveryLoop(ConsumerEnvironment consumer, HeldEntries held, Intake intake, Redeliveries redeliveries, LeaseLoop leases)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await redeliveries.WhenDueAsync(cancellation);
            var room = await held.Prefetch.WaitForRoomAsync(read: null, cancellation);
            try
            {
                if (redeliveries.TakeDue(room) is { Count: > 0 } due)
                    await RedeliverAsync(due, cancellation);
            }
            finally
            {
                held.Prefetch.GiveBack(room);
            }
            if (held.HasLapsed)
                await leases.RenewLapsedAsync(cancellation);
        }
    }

    private async Task RedeliverAsync(IReadOnlyList<LeasedEntry> due, CancellationToken cancellation)
    {
        try
        {
            var missing = await ClaimAsync(due, cancellation);
            if (missing.Count == 0)
                return;
            redeliveries.Postpone(missing, RetryDelay);
            await leases.RenewAsync(missing, cancellation);
        }
        catch (Exception error)
        {
            redeliveries.Postpone(due, RetryDelay);
            // After NOGROUP the read loop makes the group anew, with what is held and what waits here.
            if (error is not StreamEngineException { Code: StreamErrorCode.NoGroup })
                throw;
        }
    }

    private async Task<IReadOnlyList<LeasedEntry>> ClaimAsync(IReadOnlyList<LeasedEntry> due, CancellationToken cancellation)
    {
        var claimed = await consumer.Engine.ClaimAsync(
            new()
            {
                Stream = consumer.Plan.Stream,
                Group = consumer.Plan.Group,
                Consumer = consumer.Consumer,
                ExpectedOwner = consumer.Consumer,
                Holder = consumer.Holder,
                Ids = due.Select(static entry => entry.Id).ToArray(),
            },
            cancellation);
        return intake.AcceptRedelivered(claimed, due);
    }
}
