using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>
/// XAUTOCLAIM, now and then: follows the cursor through all pending entries and takes those that nobody has renewed, as there is room. Between, it looks for what
/// this consumer was delivered and has not heard of, when it is time for that.
/// </summary>
internal sealed class ReclaimLoop(ConsumerEnvironment consumer, HeldEntries held, Intake intake, LeaseLoop leases, UnheardDeliveries unheard)
{
    private const int Page = 100;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var isLook = await unheard.WhenDueAsync(consumer.Jitter.Around(consumer.Plan.ReclaimInterval), cancellation);
            try
            {
                await (isLook ? unheard.LookAsync(cancellation) : SweepAsync(cancellation));
            }
            catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
            {
                // The read loop makes the group anew.
            }
            catch (StreamEngineException answer) when (answer.MayHaveTakenEffect)
            {
                unheard.Suspect();
                throw;
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        var cursor = StreamEntryId.MinValue;
        do
        {
            // What is held here is not to look abandoned.
            await leases.RenewLapsedAsync(cancellation);
            var room = await held.Prefetch.WaitForRoomAsync(read: null, cancellation);
            try
            {
                cursor = await held.ClaimAsync(() => ReclaimAsync(cursor, room, cancellation), cancellation);
            }
            finally
            {
                held.Prefetch.GiveBack(room);
            }
        }
        while (cursor != StreamEntryId.MinValue);
        await leases.RenewLapsedAsync(cancellation);
    }

    /// <returns>Where to go on.</returns>
    private async Task<StreamEntryId> ReclaimAsync(StreamEntryId cursor, Room room, CancellationToken cancellation)
    {
        var claimed = await consumer.Engine.AutoClaimAsync(
            new()
            {
                Stream = consumer.Plan.Stream,
                Group = consumer.Plan.Group,
                Consumer = consumer.Plan.Consumer,
                MinIdle = consumer.Plan.MinIdleTime,
                Start = cursor,
                Count = Math.Min(Page, room.Count),
                MaxBytes = room.Bytes,
            },
            cancellation);
        if (claimed.DeletedIds.Count > 0)
            consumer.ReportTrimmed(claimed.DeletedIds[0], claimed.DeletedIds.Count);
        var reclaimed = intake.AcceptPending(claimed.Entries, held.Overtaken.InClaimUnderGate);
        if (reclaimed > 0)
        {
            consumer.Counters.AddReclaimed(reclaimed);
            ConsumerLog.Reclaimed(consumer.Logger, consumer.Plan.Name, reclaimed);
        }
        return claimed.NextStart;
    }
}
