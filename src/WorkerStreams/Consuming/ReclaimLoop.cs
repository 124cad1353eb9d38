using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>XAUTOCLAIM, now and then: follows the cursor through all pending entries and takes those that nobody has renewed, as there is room.</summary>
internal sealed class ReclaimLoop(ConsumerEnvironment consumer, HeldEntries held, Intake intake)
{
    private const int Page = 100;

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(consumer.Jitter.Around(consumer.Plan.ReclaimInterval), consumer.Time, cancellation);
            try
            {
                await SweepAsync(cancellation);
            }
            catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
            {
                // The read loop makes the group anew.
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        var cursor = StreamEntryId.MinValue;
        do
        {
            var room = await held.WaitForRoomAsync(cancellation);
            var claimed = await consumer.Engine.AutoClaimAsync(new()
            {
                Stream = consumer.Plan.Stream,
                Group = consumer.Plan.Group,
                Consumer = consumer.Plan.Consumer,
                MinIdle = consumer.Plan.MinIdleTime,
                Start = cursor,
                Count = Math.Min(Page, room.Count),
            }, cancellation);
            cursor = claimed.NextStart;
            if (claimed.DeletedIds.Count > 0)
            {
                consumer.Counters.AddTrimmed(claimed.DeletedIds.Count);
                ConsumerLog.TrimmedWhilePending(consumer.Logger, consumer.Plan.Name, claimed.DeletedIds.Count, claimed.DeletedIds[0]);
            }
            var reclaimed = intake.AcceptPending(claimed.Entries);
            if (reclaimed == 0)
                continue;
            consumer.Counters.AddReclaimed(reclaimed);
            ConsumerLog.Reclaimed(consumer.Logger, consumer.Plan.Name, reclaimed);
        }
        while (cursor != StreamEntryId.MinValue);
    }
}
