using Microsoft.Extensions.Logging;
using WorkerStreams.Configuration;
using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Producing;

/// <summary>
/// Trims a stream up to the first entry that some group has not acknowledged, and no further than its limits. By ids alone, which mean the same whatever is appended,
/// acknowledged or trimmed meanwhile.
/// </summary>
internal sealed class AcknowledgedTrim(ProducerPlan plan, IStreamEngine engine, TimeProvider time, StreamTelemetry telemetry, ILogger logger)
{
    private const int MaxPageEntries = 1000;
    private const int MaxPageBytes = 1024 * 1024;

    private readonly Dictionary<StreamName, Silence> _pinning = [];
    private readonly Silence _noGroup = new(time);
    private readonly GoneGroups _gone = new(time);
    private StreamEntryId _toldWithoutGroup;

    /// <param name="stream">The stream.</param>
    /// <param name="groups">Its groups.</param>
    /// <param name="cancellation">Ends it.</param>
    public async ValueTask RunAsync(StreamInfo stream, IReadOnlyList<GroupInfo> groups, CancellationToken cancellation)
    {
        var first = StreamEntryId.MaxValue;
        var (pinning, standing) = (new List<GroupInfo>(), new Dictionary<StreamName, StreamEntryId>());
        foreach (var group in groups)
        {
            var unacknowledged = standing[group.Name] = await FirstUnacknowledgedAsync(group, cancellation);
            if (unacknowledged < first)
                pinning.Clear();
            if (unacknowledged <= first)
                pinning.Add(group);
            first = unacknowledged < first ? unacknowledged : first;
        }
        if (_gone.Look(standing) is var held && held < first)
        {
            pinning.Clear();
            first = held;
        }
        if (groups.Count > 0)
            await TrimAsync(stream, first, cancellation);
        TellWithoutGroup(stream, groups);
        await TellPinnedAsync(stream, IsHeldBack(stream, first) ? pinning : [], cancellation);
    }

    // Its pending entries are asked for after its position: what it is delivered in between is behind either. After XGROUP SETID both count. A group made anew does
    // not tell what its hosts still hold, until they have taken that back: within a lease, while the mark stays for two.
    private async ValueTask<StreamEntryId> FirstUnacknowledgedAsync(GroupInfo group, CancellationToken cancellation)
    {
        var pending = await engine.GetPendingSummaryAsync(plan.Stream, group.Name, cancellation);
        var undelivered = group.LastDeliveredId.TryIncrement(out var next) ? next : StreamEntryId.MaxValue;
        var consumers = await engine.GetConsumersAsync(plan.Stream, group.Name, cancellation);
        if (consumers.Any(static consumer => consumer.Name == GroupKeeper.MadeAnew))
            return StreamEntryId.MinValue;
        return pending.MinId is { } oldest && oldest < undelivered ? oldest : undelivered;
    }

    private ValueTask TrimAsync(StreamInfo stream, StreamEntryId first, CancellationToken cancellation)
    {
        if (plan.MaxLength is { } length)
            return TrimToLengthAsync(stream, length, first, cancellation);
        if (plan.MaxAge is { } age && Retention.OldestId(age, time) is var oldest && oldest < first)
            first = oldest;
        return stream.Length > 0 && stream.RecordedFirstEntryId < first ? TrimToIdAsync(first, cancellation) : default;
    }

    // Whole nodes first, a bounded number in each command, so that nobody has to wait for long.
    private async ValueTask TrimToIdAsync(StreamEntryId first, CancellationToken cancellation)
    {
        while (await engine.TrimAsync(plan.Stream, StreamTrim.MinId(first, approximate: true), cancellation) > 0)
        {
        }
        await engine.TrimAsync(plan.Stream, StreamTrim.MinId(first), cancellation);
    }

    // MAXLEN would also take what is not acknowledged when entries are appended meanwhile, and no command tells an id by its place. So what goes is read before.
    private async ValueTask TrimToLengthAsync(StreamInfo stream, long maxLength, StreamEntryId first, CancellationToken cancellation)
    {
        if (stream.FirstEntry is not { } entry || !first.TryDecrement(out var last))
            return;
        var size = entry.Fields.EncodedLength;
        for (var excess = stream.Length - maxLength; excess > 0;)
        {
            var page = Math.Clamp(MaxPageBytes / Math.Max(1, size), 1, MaxPageEntries);
            using var oldest = await engine.RangeAsync(plan.Stream, RangeBound.Min, last, (int)Math.Min(page, excess), cancellation: cancellation);
            // Asked for after the entries: those that another host has trimmed meanwhile do not go twice.
            excess = await engine.GetLengthAsync(plan.Stream, cancellation) - maxLength;
            var going = (int)Math.Min(oldest.Count, excess);
            if (going <= 0 || !oldest.Entries[going - 1].Id.TryIncrement(out var kept))
                return;
            size = oldest.Entries[going - 1].Fields.EncodedLength;
            await engine.TrimAsync(plan.Stream, StreamTrim.MinId(kept), cancellation);
            excess -= going;
        }
    }

    // Whether there is an entry that would go if all were acknowledged. What the round itself has trimmed is seen by the next.
    private bool IsHeldBack(StreamInfo stream, StreamEntryId first) =>
        stream.Length > 0
        && stream.RecordedFirstEntryId >= first
        && (plan.MaxLength is not { } length || stream.Length > length)
        && (plan.MaxAge is not { } age || stream.RecordedFirstEntryId < Retention.OldestId(age, time));

    private async ValueTask TellPinnedAsync(StreamInfo stream, IReadOnlyList<GroupInfo> groups, CancellationToken cancellation)
    {
        foreach (var released in _pinning.Keys.Except(groups.Select(group => group.Name)).ToList())
        {
            _pinning.Remove(released);
            telemetry.Pinned.Record(0, Tags.OfGroup(plan.Stream, released));
        }
        foreach (var group in groups)
        {
            if (!_pinning.TryGetValue(group.Name, out var silence))
                _pinning.Add(group.Name, silence = new(time));
            var consumers = await engine.GetConsumersAsync(plan.Stream, group.Name, cancellation);
            var quiet = silence.Look(consumers.Count > 0 ? consumers.Min(consumer => consumer.Idle) : null);
            var (upTo, count) = group.Lag is { } lag ? ("", group.Pending + lag) : ("up to ", stream.Length);
            telemetry.Pinned.Record(silence.Lasts ? count : 0, Tags.OfGroup(plan.Stream, group.Name));
            if (quiet is not null)
                ProducerLog.Pinned(logger, plan.Stream, group.Name, group.LastDeliveredId, upTo, count, quiet.Value);
        }
    }

    private void TellWithoutGroup(StreamInfo stream, IReadOnlyList<GroupInfo> groups)
    {
        if (groups.Count > 0 || stream.Length == 0)
            _noGroup.Over();
        else if (stream.LastGeneratedId > _toldWithoutGroup && _noGroup.Look(idle: null) is { } quiet)
        {
            _toldWithoutGroup = stream.LastGeneratedId;
            ProducerLog.NoGroup(logger, plan.Stream, quiet, stream.Length);
        }
    }
}
