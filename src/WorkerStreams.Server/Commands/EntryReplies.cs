using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>Entries as clients see them.</summary>
internal static class EntryReplies
{
    /// <summary>An array of entries, sent as it is written, so that a long one does not fill memory.</summary>
    /// <param name="session">Who is answered.</param>
    /// <param name="batch">What holds the entries.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">Their number.</param>
    /// <param name="withDelivery">Whether it is told how long each was idle, and how often it was delivered before.</param>
    /// <exception cref="OperationCanceledException">The client takes no more.</exception>
    public static async ValueTask EntriesAsync(this Session session, EntryBatch batch, int first, int count, bool withDelivery = false)
    {
        session.Reply.Array(count);
        for (var end = first + count; first < end;)
        {
            first += WriteSome(session, batch.Entries[first..end], withDelivery);
            await session.SendIfMuchAsync();
        }
    }

    /// <summary>An array of all entries of a batch.</summary>
    /// <inheritdoc cref="EntriesAsync(Session, EntryBatch, int, int, bool)"/>
    public static ValueTask EntriesAsync(this Session session, EntryBatch batch) => session.EntriesAsync(batch, 0, batch.Count);

    /// <summary>The id and the fields; null in their place where the entry is deleted.</summary>
    public static void Entry(this ReplyWriter reply, in StreamEntry entry)
    {
        reply.Array(2);
        reply.IdAndFields(entry);
    }

    private static void EntryWithDelivery(this ReplyWriter reply, in StreamEntry entry)
    {
        reply.Array(4);
        reply.IdAndFields(entry);
        reply.Number((long)entry.Idle.TotalMilliseconds);
        reply.Number(entry.DeliveryCount == long.MaxValue ? long.MaxValue : entry.DeliveryCount - 1);
    }

    private static void IdAndFields(this ReplyWriter reply, in StreamEntry entry)
    {
        reply.Id(entry.Id);
        if (entry.Fields.IsMissing)
        {
            reply.NullArray();
            return;
        }
        reply.Array(2 * entry.Fields.Count);
        foreach (var field in entry.Fields)
        {
            reply.Bulk(field.Name);
            reply.Bulk(field.Value);
        }
    }

    /// <summary>An array of the ids alone of a batch, sent as it is written.</summary>
    /// <exception cref="OperationCanceledException">The client takes no more.</exception>
    public static async ValueTask IdsAsync(this Session session, EntryBatch batch)
    {
        session.Reply.Array(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            session.Reply.Id(batch.Entries[i].Id);
            await session.SendIfMuchAsync();
        }
    }

    // Until much is written.
    private static int WriteSome(Session session, ReadOnlySpan<StreamEntry> entries, bool withDelivery)
    {
        var written = 0;
        for (; written < entries.Length && !session.HasMuchToSend; written++)
        {
            if (withDelivery)
                session.Reply.EntryWithDelivery(entries[written]);
            else
                session.Reply.Entry(entries[written]);
        }
        return written;
    }
}
