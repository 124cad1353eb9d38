using WorkerStreams.Engine;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>How often entries were delivered before they were now.</summary>
internal static class DeliveryReplies
{
    /// <summary>Of each entry its id, its idle time and the number of its deliveries before, one after the other. Sent as it is written.</summary>
    /// <param name="session">Who is answered.</param>
    /// <param name="batch">What holds the entries as they are now.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">Their number.</param>
    /// <param name="isDelivery">Whether they were delivered now.</param>
    /// <exception cref="OperationCanceledException">The client takes no more.</exception>
    public static async ValueTask DeliveriesBeforeAsync(this Session session, EntryBatch batch, int first, int count, bool isDelivery)
    {
        session.Reply.Array(3 * count);
        for (var i = first; i < first + count; i++)
        {
            Write(session, batch.Entries[i], isDelivery);
            await session.SendIfMuchAsync();
        }
    }

    private static void Write(Session session, in StreamEntry entry, bool isDelivery)
    {
        session.Reply.Id(entry.Id);
        session.Reply.Number((long)entry.Idle.TotalMilliseconds);
        session.Reply.Number(entry.DeliveryCount - (isDelivery && IsCounted(entry) ? 1 : 0));
    }

    // The greatest count stays, and what is gone from the stream is not delivered.
    private static bool IsCounted(in StreamEntry entry) => !entry.Fields.IsMissing && entry.DeliveryCount is > 0 and < long.MaxValue;
}
