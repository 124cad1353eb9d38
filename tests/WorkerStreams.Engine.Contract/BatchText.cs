using System.Globalization;
using System.Text;

namespace WorkerStreams.Engine.Contract;

/// <summary>Replies as text, so that an expectation is one line.</summary>
public static class BatchText
{
    /// <summary>The ids, entry by entry, streams apart by a bar; the fields must be in order: <c>1-0 2-0 | 5-1</c>. Disposes the batch.</summary>
    public static string ToText(this EntryBatch batch) => Join(batch, static entry => entry.Id.ToString());

    /// <summary>As text, with each entry's fields: <c>1-0[a 1 b 2] 2-0[missing]</c>.</summary>
    public static string ToFieldText(this EntryBatch batch) =>
        Join(batch, static entry => $"{entry.Id}[{(entry.Fields.IsMissing ? "missing" : entry.Fields.ToString())}]");

    public static string ToText(this IEnumerable<StreamEntryId> ids) => string.Join(' ', ids);

    /// <summary>Such as <c>1-0 c x2</c>: the id, its owner and how often it was delivered.</summary>
    public static string ToText(this IEnumerable<PendingEntry> pending) =>
        string.Join(", ", pending.Select(static entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Id} {entry.Consumer} x{entry.DeliveryCount}")));

    /// <summary>Such as <c>3 pending 1-0..4-0 a:1 b:2</c>.</summary>
    public static string ToText(this PendingSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"{summary.Count} pending {summary.MinId}..{summary.MaxId} {string.Join(' ', summary.Consumers.Select(static c => $"{c.Consumer}:{c.Count}"))}").TrimEnd();

    /// <summary>Such as <c>g last 5-0 read 3 lag 2</c>; what is not known is a dash.</summary>
    public static string ToText(this GroupInfo group) => string.Create(
        CultureInfo.InvariantCulture,
        $"{group.Name} last {group.LastDeliveredId} read {group.EntriesRead?.ToString(CultureInfo.InvariantCulture) ?? "-"} lag {group.Lag?.ToString(CultureInfo.InvariantCulture) ?? "-"}");

    private static string Join(EntryBatch batch, Func<StreamEntry, string> show)
    {
        using (batch)
        {
            var text = new StringBuilder();
            for (var stream = 0; stream < batch.StreamCount; stream++)
            {
                text.Append(stream > 0 ? " | " : "");
                foreach (var entry in batch.GetEntries(stream))
                    text.Append(text.Length > 0 && text[^1] != ' ' ? " " : "").Append(show(entry));
            }
            return text.ToString();
        }
    }
}
