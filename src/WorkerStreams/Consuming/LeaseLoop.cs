using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Renews the leases of all that is held, well before another consumer could claim it, and gives up what is another's.</summary>
internal sealed class LeaseLoop(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries, Dispatcher dispatcher, GroupKeeper group, HeldName name, ReclaimSchedule schedule)
{
    // Of a lease that may be a tenth older than it looks; the rest is left to try again.
    private readonly TimeSpan _interval = consumer.Plan.MinIdleTime * 2 / 3;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await RenewAllAsync(cancellation);
            // An answer that took long may leave leases lapsed that were young when it was asked for.
            await RenewLapsedAsync(cancellation);
            await Task.Delay(_interval, consumer.Time, cancellation);
        }
    }

    /// <summary>Renews all if a lease has lapsed, and lets handlers start again. Before a sweep, so that what is held here does not look abandoned to it.</summary>
    public async Task RenewLapsedAsync(CancellationToken cancellation)
    {
        while (held.HasLapsed || redeliveries.HasLapsed)
            await RenewAllAsync(cancellation);
        dispatcher.Resume();
    }

    public async Task RenewAllAsync(CancellationToken cancellation)
    {
        // Where the name cannot be held on to, as in want of memory, the leases can: what is settled is fenced.
        var (named, holding) = (consumer.Consumer, name.RenewAsync(cancellation));
        await ((Task)holding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        List<LeasedEntry> leased = [.. held.RenewalBegins(), .. redeliveries.Leased()];
        try
        {
            if (leased.Count > 0)
                await RenewAsync(leased, cancellation);
        }
        finally
        {
            held.Releases.RenewalEnds();
        }
        // All that was held under it is given up by now.
        if (!await holding && await name.TakeAnewAsync(named, cancellation))
            held.Prefetch.EndRead();
    }

    /// <summary>Renews the leases; what is another's by now is given up.</summary>
    public async Task RenewAsync(IReadOnlyList<LeasedEntry> leased, CancellationToken cancellation)
    {
        var outcomes = new SettlementOutcome[leased.Count];
        var renewedAt = consumer.Time.GetTimestamp();
        await consumer.SettleAsync(leased.Select(static entry => Settlement.Renew(entry.Id)).ToArray(), outcomes, cancellation);
        var gone = await FindGoneAsync(leased, outcomes, cancellation);
        for (var i = 0; i < outcomes.Length; i++)
        {
            var isGone = gone.Contains(leased[i].Id);
            if (outcomes[i] == SettlementOutcome.NotOwner || (isGone && consumer.HasLapsed(leased[i].LeasedAt)))
                Lose(leased[i]);
            else
                Keep(leased[i], renewedAt, isGone);
        }
    }

    // What is not pending the group may have forgotten; what does not come back is settled by another, or trimmed.
    private async Task<HashSet<StreamEntryId>> FindGoneAsync(IReadOnlyList<LeasedEntry> leased, SettlementOutcome[] outcomes, CancellationToken cancellation)
    {
        List<LeasedEntry> forgotten = [.. leased.Where((entry, i) => outcomes[i] == SettlementOutcome.NotPending && !MayBeSettled(entry))];
        if (forgotten.Count == 0)
            return [];
        try
        {
            var back = await ForgottenEntries.TakeBackAsync(consumer, forgotten, restored: false, lastId: null, cancellation);
            return [.. forgotten.Select(static entry => entry.Id).Where(id => !back.Contains(id))];
        }
        catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
        {
            // Nobody can claim from a group that is not there. The read loop makes it anew, while there is one, with all that is held.
            if (consumer.Stopping.IsCancellationRequested)
                await group.RestoreAsync(cancellation);
            return [];
        }
    }

    // From here, since its lease was looked at. Once that has lapsed, another may have done it.
    private bool MayBeSettled(LeasedEntry entry) =>
        !consumer.HasLapsed(entry.LeasedAt) && !(entry.Batch?.IsActive(entry.Index) ?? redeliveries.Holds(entry));

    private void Keep(LeasedEntry entry, long renewedAt, bool isGone)
    {
        if (entry.Batch is { } batch)
            batch.LeasedAt = renewedAt;
        else if (!isGone)
            redeliveries.Renewed(entry.Id, renewedAt);
        else if (redeliveries.Forget(entry))
            consumer.ReportTrimmed(entry.Id);
    }

    private void Lose(LeasedEntry entry)
    {
        // A claim that came later may have brought it back, and left it alone as it was held.
        if (held.Overtaken.MayBeBack(entry.Id))
            schedule.Suspect();
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
