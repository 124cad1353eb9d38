using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>
/// XAUTOCLAIM, now and then: follows the cursor through all pending entries and takes those that nobody has renewed, as there is room.
/// </summary>
internal sealed class ReclaimLoop(ConsumerEnvironment consumer, HeldEntries held, Intake intake, HeldName name, ReadLoop reading, LeaseLoop leases, ReclaimSchedule schedule)
{
    // Of entries that others hold; of those that nobody does, only those are taken that handlers are free for.
    private const int Page = 100;

    public async Task RunAsync(CancellationToken cancellation)
    {
        // What this consumer had before its start is not to be taken twice over.
        await reading.WhenResumedAsync(cancellation);
        while (true)
        {
            await schedule.WhenSweepDueAsync(cancellation);
            try
            {
                await SweepAsync(cancellation);
            }
            catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
            {
                // The read loop makes the group anew.
            }
            catch (StreamEngineException broken)
            {
                if (broken.MayHaveTakenEffect)
                    schedule.Suspect();
                // What it has handed back is not to wait for long.
                schedule.SweepNow();
                throw;
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        var (cursor, pages, reclaimed) = (StreamEntryId.MinValue, new SuspectPages(held.Prefetch, Page), consumer.Counters.Reclaimed);
        do
        {
            var count = await pages.WaitAsync(cancellation);
            // What is held here is not to look abandoned.
            await leases.RenewLapsedAsync(cancellation);
            var room = await held.Prefetch.WaitForRoomAsync(read: null, cancellation, any: true);
            try
            {
                await name.WhenHeldAsync(cancellation);
                cursor = await held.ClaimAsync(() => ReclaimAsync(cursor, pages, room with { Count = Math.Min(count, room.Count) }, cancellation), cancellation);
            }
            finally
            {
                held.Prefetch.GiveBack(room);
            }
        }
        while (cursor != StreamEntryId.MinValue);
        await leases.RenewLapsedAsync(cancellation);
        // Whoever has taken the last entry of a name is the first who can tell that it is over.
        await name.CollectAsync(hasReclaimed: consumer.Counters.Reclaimed > reclaimed, cancellation);
    }

    /// <returns>Where to go on.</returns>
    private async Task<StreamEntryId> ReclaimAsync(StreamEntryId cursor, SuspectPages pages, Room room, CancellationToken cancellation)
    {
        var claimed = await consumer.Engine.AutoClaimAsync(
            new()
            {
                Stream = consumer.Plan.Stream,
                Group = consumer.Plan.Group,
                Consumer = consumer.Consumer,
                MinIdle = consumer.Plan.MinIdleTime,
                Start = cursor,
                Count = room.Count,
                MaxBytes = room.Bytes,
            },
            cancellation);
        if (claimed.DeletedIds.Count > 0)
            consumer.ReportTrimmed(claimed.DeletedIds[0], claimed.DeletedIds.Count);
        var taken = await intake.AcceptSuspectsAsync(claimed.Entries, held.Overtaken.InClaimUnderGate);
        pages.Taken(taken);
        if (taken.Held > 0)
        {
            consumer.Counters.AddReclaimed(taken.Held);
            ConsumerLog.Reclaimed(consumer.Logger, consumer.Plan.Name, taken.Held);
        }
        return taken.Next ?? claimed.NextStart;
    }
}
