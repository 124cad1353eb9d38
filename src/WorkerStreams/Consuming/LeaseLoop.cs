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
            foreach (var batch in held.LeasedBefore(_age))
                await RenewAsync(batch, cancellation);
            var waiting = redeliveries.TakeLeasedBefore(_age);
            if (waiting.Length > 0)
                await RenewAsync(waiting, redeliveries.Forget, cancellation);
        }
    }

    private async Task RenewAsync(HeldBatch batch, CancellationToken cancellation)
    {
        var indices = batch.Leased().ToArray();
        var ids = Array.ConvertAll(indices, index => batch.Entries[index].Id);
        await RenewAsync(ids, id => Lose(batch, indices[Array.IndexOf(ids, id)]), cancellation);
        batch.LeasedAt = consumer.Time.GetTimestamp();
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

    private void Lose(HeldBatch batch, int index)
    {
        switch (batch.Lose(index))
        {
            case EntryState.Waiting:
                ConsumerLog.LeaseLost(consumer.Logger, consumer.Plan.Name, batch.Entries[index].Id);
                consumer.Counters.AddLeasesLost(1);
                held.Finish(batch, index, settlement: null);
                break;
            case EntryState.Running:
                dispatcher.Cancel(batch, index);
                break;
        }
    }
}
