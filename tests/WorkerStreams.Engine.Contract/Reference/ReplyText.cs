using System.Globalization;

namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>Replies in full, for comparison: times to the millisecond only where they can be foretold, figures only where the engine tells them.</summary>
internal sealed class ReplyText(EngineTraits traits, bool exactTime)
{
    private static readonly TimeSpan Ever = TimeSpan.FromDays(10_000);

    /// <summary>Of a read, whose reply names its streams.</summary>
    public string OfStreams(EntryBatch batch)
    {
        using (batch)
            return string.Join(" | ", Enumerable.Range(0, batch.StreamCount).Select(stream => $"{batch.GetStream(stream)}: {Of(batch.GetEntries(stream))}"));
    }

    /// <summary>Of a range or a claim, which is of one stream.</summary>
    public string OfEntries(EntryBatch batch)
    {
        using (batch)
            return Of(batch.Entries);
    }

    public string Of(AutoClaimResult result) => $"{OfEntries(result.Entries)} deleted {result.DeletedIds.ToText()} next {result.NextStart}";

    public string Of(IEnumerable<PendingEntry> pending) => string.Join(", ", pending.Select(entry => $"{entry.Id} {entry.Consumer} x{entry.DeliveryCount}{Time(entry.Idle)}"));

    public string Of(StreamInfo info) => string.Create(
        CultureInfo.InvariantCulture,
        $"length {info.Length} last {info.LastGeneratedId} deleted {info.MaxDeletedEntryId} added {info.EntriesAdded} first {info.RecordedFirstEntryId} groups {info.Groups} from {Of(info.FirstEntry)} to {Of(info.LastEntry)}{(traits.AppendsOnce ? $" {info.Idempotency}" : "")}");

    /// <param name="groups">The groups of a stream.</param>
    /// <param name="first">Its first entry, 0-0 where there is none: it is told which groups stand before it.</param>
    public string Of(IEnumerable<GroupInfo> groups, StreamEntryId? first = null) => string.Join(", ", groups.Select(
        group => $"{(traits.KnowsLagBehindFirstEntry ? group.ToText() : $"{group.Name} last {group.LastDeliveredId}")}{(first is { } id && (id == default || group.LastDeliveredId < id) ? " behind" : "")} pending {group.Pending} consumers {group.Consumers}"));

    public string Of(IEnumerable<ConsumerInfo> consumers) => string.Concat(consumers.Select(
        consumer => $"{consumer.Name} pending {consumer.Pending}{Time(consumer.Idle)}{(consumer.Inactive is { } inactive ? Time(inactive) : " never")}; "));

    public static string Of(AppendResult[] results) => string.Join(", ", results.Select(
        result => result.Status == AppendStatus.Stored ? $"{result.Id}" : $"{result.Status} {result.Error?.Message}"));

    private string Of(ReadOnlySpan<StreamEntry> entries) => string.Join(", ", entries.ToArray().Select(Of));

    private string Of(StreamEntry? entry) => entry is { } found ? Of(found) : "none";

    private string Of(StreamEntry entry) =>
        $"{entry.Id}[{(entry.Fields.IsMissing ? "missing" : entry.Fields)}]{(traits.TellsDeliveries ? $" x{entry.DeliveryCount}{Time(entry.Idle)}" : "")}";

    private string Time(TimeSpan time) =>
        exactTime ? string.Create(CultureInfo.InvariantCulture, $" {time.TotalMilliseconds}ms")
        : time > Ever ? " ever"
        : string.Create(CultureInfo.InvariantCulture, $" {Math.Floor(time.TotalHours)}h");
}
