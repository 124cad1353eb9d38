using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Renews the leases of all that is held, well before another consumer could claim it, and gives up what is another's.</summary>
internal sealed class LeaseLoop(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries, Dispatcher dispatcher)
{
    // A third of the lease is left to try again.
    private readonly TimeSpan _interval = consumer.Plan.MinIdleTime * 2 / 3;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            List<LeasedEntry> leased = [.. held.Leased(), .. redeliveries.Leased()];
            if (leased.Count > 0)
                await RenewAsync(leased, cancellation);
            // An answer that took long may leave leases lapsed that were young when it was asked for.
            if (held.LeasedBatches().Any(batch => consumer.HasLapsed(batch.LeasedAt)))
                continue;
            dispatcher.Resume();
            await Task.Delay(_interval, consumer.Time, cancellation);
        }
    }

    /// <summary>Renews the leases; what is another's by now is given up.</summary>
    public async Task RenewAsync(IReadOnlyList<LeasedEntry> leased, CancellationToken cancellation)
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
        var forgotten = new List<LeasedEntry>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == SettlementOutcome.NotOwner)
                Lose(leased[i]);
            else if (outcomes[i] == SettlementOutcome.NotPending && (IsActive(leased[i]) || consumer.HasLapsed(leased[i].LeasedAt)))
                forgotten.Add(leased[i]);
            else
                Renewed(leased[i], renewedAt);
        }
        if (forgotten.Count > 0)
            await TakeBackAsync(forgotten, renewedAt, cancellation);
    }

    private async Task TakeBackAsync(List<LeasedEntry> forgotten, long renewedAt, CancellationToken cancellation)
    {
        try
        {
            var back = await ForgottenEntries.TakeBackAsync(consumer, forgotten, restored: false, lastId: null, cancellation);
            foreach (var entry in forgotten)
            {
                if (back.Contains(entry.Id))
                    Renewed(entry, renewedAt);
                else if (consumer.HasLapsed(entry.LeasedAt))
                    Lose(entry);
                else
                    Trimmed(entry, renewedAt);
            }
        }
        catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
        {
            // Nobody can claim from a group that is not there. The read loop makes it anew, with all that is held.
            foreach (var entry in forgotten)
                Renewed(entry, renewedAt);
        }
    }

    // Otherwise it may have been settled from here meanwhile.
    private bool IsActive(LeasedEntry entry) => entry.Batch?.IsActive(entry.Index) ?? redeliveries.Holds(entry);

    private void Renewed(LeasedEntry entry, long renewedAt)
    {
        if (entry.Batch is { } batch)
            batch.LeasedAt = renewedAt;
        else
            redeliveries.Renewed(entry.Id, renewedAt);
    }

    // Gone from the stream, so nobody else can get it: what is held here can still be handled.
    private void Trimmed(LeasedEntry entry, long renewedAt)
    {
        Renewed(entry, renewedAt);
        if (entry.Batch is null && redeliveries.Forget(entry))
            consumer.ReportTrimmed(entry.Id);
    }

    private void Lose(LeasedEntry entry)
    {
        switch (entry.Batch?.Lose(entry.Index))
        {
            case EntryState.Waiting:
                consumer.ReportLost(entry.Id);
                held.Forget(entry.Batch, entry.Index);
                break;
            case EntryState.Running:
                dispatcher.Cancel(entry.Batch, entry.Index);
                break;
            case null when redeliveries.Forget(entry):
                consumer.ReportLost(entry.Id);
                break;
        }
    }
}
