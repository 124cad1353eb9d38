using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Commands;

/// <summary>Entries as clients see them.</summary>
internal static class EntryReplies
{
    /// <summary>An array of entries.</summary>
    public static void Entries(this ReplyWriter reply, ReadOnlySpan<StreamEntry> entries)
    {
        reply.Array(entries.Length);
        foreach (ref readonly var entry in entries)
            reply.Entry(entry);
    }

    /// <summary>The id and the fields; null in their place where the entry is deleted.</summary>
    public static void Entry(this ReplyWriter reply, in StreamEntry entry)
    {
        reply.Array(2);
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

    /// <summary>An array of ids alone.</summary>
    public static void Ids(this ReplyWriter reply, ReadOnlySpan<StreamEntry> entries)
    {
        reply.Array(entries.Length);
        foreach (ref readonly var entry in entries)
            reply.Id(entry.Id);
    }
}
