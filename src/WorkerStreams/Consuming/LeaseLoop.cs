using WorkerStreams.Telemetry;
using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Renews the leases of all that is held, well before another consumer could claim it, and tells handlers whose lease is lost.</summary>
internal sealed class LeaseLoop(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries, Dispatcher dispatcher)
{
    // A lease is renewed when a third of it is over, looked at every sixth: two more tries before it ends.
    private readonly TimeSpan _age = consumer.Plan.MinIdleTime / 3;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(_age / 2, consumer.Time, cancellation);
            foreach (var lease in held.LeasedBefore(_age))
            {
                await RenewAsync(Array.ConvertAll(lease.Entries, entry => entry.Id), id => Lose(lease, id), cancellation);
                lease.Batch.LeasedAt = consumer.Time.GetTimestamp();
            }
            var waiting = redeliveries.TakeLeasedBefore(_age);
            if (waiting.Length > 0)
                await RenewAsync(waiting, redeliveries.Forget, cancellation);
        }
    }

    private async Task RenewAsync(StreamEntryId[] ids, Action<StreamEntryId> lose, CancellationToken cancellation)
    {
        var outcomes = new SettlementOutcome[ids.Length];
        await consumer.Engine.SettleAsync(
            new()
            {
                Stream = consumer.Plan.Stream,
                Group = consumer.Plan.Group,
                Owner = consumer.Plan.Consumer,
                Settlements = Array.ConvertAll(ids, Settlement.Renew),
            },
            outcomes,
            cancellation);
        for (var i = 0; i < ids.Length; i++)
        {
            if (outcomes[i] == SettlementOutcome.NotOwner)
                lose(ids[i]);
        }
    }

    private void Lose(Lease lease, StreamEntryId id)
    {
        var index = Array.Find(lease.Entries, entry => entry.Id == id).Index;
        switch (lease.Batch.Lose(index))
        {
            case EntryState.Waiting:
                ConsumerLog.LeaseLost(consumer.Logger, consumer.Plan.Name, id);
                consumer.Counters.AddLeasesLost(1);
                held.Finish(lease.Batch, index, settlement: null);
                break;
            case EntryState.Running:
                dispatcher.Cancel(lease.Batch, index);
                break;
        }
    }
}
