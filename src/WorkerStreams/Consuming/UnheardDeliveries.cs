using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>
/// Entries that the engine has delivered in an answer which was not heard, as when a connection broke: pending for this consumer, and held by nobody. They are
/// looked for at once, and again when the read must have ended of which nothing was heard, since until then it may be delivered more.
/// </summary>
internal sealed class UnheardDeliveries(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries, Intake intake, HeldName name, ReadLoop reading, ReclaimSchedule schedule)
{
    private const int Page = 100;

    public async Task RunAsync(CancellationToken cancellation)
    {
        // What this consumer had before its start is not to be taken twice over.
        await reading.WhenResumedAsync(cancellation);
        while (true)
        {
            await schedule.WhenLookDueAsync(cancellation);
            var look = schedule.NextLook;
            try
            {
                await LookAsync(cancellation);
            }
            catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
            {
                // Nothing is pending in it, and the read loop makes it anew.
            }
            catch (StreamEngineException broken) when (broken.MayHaveTakenEffect)
            {
                schedule.Suspect();
                throw;
            }
            schedule.Looked(look);
        }
    }

    /// <summary>At a stop, when nothing is brought any more: what was suspected and not looked for is not to lie here for a lease.</summary>
    public async Task HandBackAsync(CancellationToken cancellation)
    {
        if (schedule.NextLook is null)
            return;
        for (RangeBound? start = RangeBound.Min; start is not null;)
        {
            (var unheard, start) = await FindAsync(start.Value, Page, cancellation);
            if (unheard.Count == 0)
                continue;
            await consumer.SettleAsync(unheard.Select(static entry => Settlement.ReleaseUnstarted(entry.Id)).ToArray(), new SettlementOutcome[unheard.Count], cancellation);
            await HandBacks.TellAsync(consumer);
        }
    }

    // Looks through what is pending for this consumer, and takes what it does not hold. That is not counted as another delivery.
    private async Task LookAsync(CancellationToken cancellation)
    {
        for (RangeBound? start = RangeBound.Min; start is not null;)
        {
            var room = await held.Prefetch.WaitForRoomAsync(read: null, cancellation);
            try
            {
                start = await held.ClaimAsync(() => LookAsync(start.Value, room, cancellation), cancellation);
            }
            finally
            {
                held.Prefetch.GiveBack(room);
            }
        }
    }

    /// <returns>Where to go on.</returns>
    private async Task<RangeBound?> LookAsync(RangeBound start, Room room, CancellationToken cancellation)
    {
        var plan = consumer.Plan;
        var (unheard, next) = await FindAsync(start, Math.Min(Page, room.Count), cancellation);
        foreach (var alike in unheard.GroupBy(static entry => entry.DeliveryCount, static entry => entry.Id))
        {
            var claimed = await consumer.Engine.ClaimAsync(
                new()
                {
                    Stream = plan.Stream,
                    Group = plan.Group,
                    Consumer = consumer.Consumer,
                    ExpectedOwner = consumer.Consumer,
                    Holder = consumer.Holder,
                    Ids = alike.ToArray(),
                    DeliveryCount = alike.Key,
                },
                cancellation);
            var found = alike.Key > 1
                ? (await intake.AcceptSuspectsAsync(claimed, held.Overtaken.InClaimUnderGate)).Held
                : intake.AcceptPending(claimed, held.Overtaken.InClaimUnderGate);
            if (found > 0)
                ConsumerLog.Unheard(consumer.Logger, plan.Name, found);
        }
        return next;
    }

    /// <returns>What is pending for this consumer though it does not know it, and where to go on.</returns>
    private async Task<(IReadOnlyList<PendingEntry> Unheard, RangeBound? Next)> FindAsync(RangeBound start, int count, CancellationToken cancellation)
    {
        var plan = consumer.Plan;
        var pending = await consumer.Engine.GetPendingAsync(
            new() { Stream = plan.Stream, Group = plan.Group, Consumer = consumer.Consumer, Start = start, Count = count }, cancellation);
        HashSet<StreamEntryId> known = [.. redeliveries.Leased().Concat(held.Owned()).Select(static entry => entry.Id)];
        // What was delivered to another of this name, before, is not unheard but resumed, or claimed, which counts.
        var lifetime = name.Age;
        return (
            [.. pending.Where(entry => entry.Idle <= lifetime && !known.Contains(entry.Id))],
            pending.Count > 0 ? RangeBound.Excluding(pending[^1].Id) : null);
    }
}
