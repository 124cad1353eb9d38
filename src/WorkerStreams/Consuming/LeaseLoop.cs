using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>Renews the leases of all that is held, well before another consumer could claim it, and tells handlers whose lease is lost.</summary>
internal sealed class LeaseLoop(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries, Dispatcher dispatcher)
{
    // So a lease is renewed when two thirds of it are over at the latest; a renewal that fails is tried again by the supervisor's quick restarts.
    private readonly TimeSpan _interval = consumer.Plan.MinIdleTime / 2;
    private readonly TimeSpan _age = consumer.Plan.MinIdleTime / 6;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            List<LeasedEntry> leased = [.. held.LeasedBefore(_age), .. redeliveries.LeasedBefore(_age)];
            if (leased.Count > 0)
                await RenewAsync(leased, cancellation);
            await Task.Delay(_interval, consumer.Time, cancellation);
        }
    }

    private async Task RenewAsync(List<LeasedEntry> leased, CancellationToken cancellation)
    {
        var outcomes = new SettlementOutcome[leased.Count];
        var renewedAt = consumer.Time.GetTimestamp();
        await consumer.Engine.SettleAsync(
            new()
            {
                Stream = consumer.Plan.Stream,
                Group = consumer.Plan.Group,
                Owner = consumer.Plan.Consumer,
                Settlements = leased.Select(static entry => Settlement.Renew(entry.Id)).ToArray(),
            },
            outcomes,
            cancellation);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == SettlementOutcome.NotOwner)
                Lose(leased[i]);
            else if (leased[i].Batch is { } batch)
                batch.LeasedAt = renewedAt;
            else
                redeliveries.Renewed(leased[i].Id, renewedAt);
        }
    }

    private void Lose(LeasedEntry entry)
    {
        if (entry.Batch is not { } batch)
        {
            redeliveries.Forget(entry.Id);
            return;
        }
        switch (batch.Lose(entry.Index))
        {
            case EntryState.Waiting:
                ConsumerLog.LeaseLost(consumer.Logger, consumer.Plan.Name, entry.Id);
                consumer.Counters.AddLeasesLost(1);
                held.Finish(batch, entry.Index, settlement: null);
                break;
            case EntryState.Running:
                dispatcher.Cancel(batch, entry.Index);
                break;
        }
    }
}
