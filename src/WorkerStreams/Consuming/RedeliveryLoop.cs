using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Claims entries whose back-off is over, from this consumer itself: the engine counts a delivery, and only what is still ours comes back.</summary>
internal sealed class RedeliveryLoop(ConsumerEnvironment consumer, HeldEntries held, Intake intake, Redeliveries redeliveries)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var room = await held.WaitForRoomAsync(cancellation);
            var due = await redeliveries.TakeDueAsync(room.Count, cancellation);
            try
            {
                intake.Accept(await consumer.Engine.ClaimAsync(new()
                {
                    Stream = consumer.Plan.Stream,
                    Group = consumer.Plan.Group,
                    Consumer = consumer.Plan.Consumer,
                    ExpectedOwner = consumer.Plan.Consumer,
                    Ids = Array.ConvertAll(due, entry => entry.Id),
                }, cancellation));
            }
            catch (Exception error)
            {
                foreach (var (id, deliveryCount) in due)
                    redeliveries.Add(id, deliveryCount, RetryDelay);
                // After NOGROUP the read loop makes the group anew, with what is held and what waits here.
                if (error is not StreamEngineException { Code: StreamErrorCode.NoGroup })
                    throw;
            }
        }
    }
}
