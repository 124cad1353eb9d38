using Microsoft.Extensions.Logging;
using WorkerStreams.Configuration;
using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Producing;

/// <summary>
/// Looks after one stream's retention, round by round: tells of groups that trimming has passed, and trims what every group has acknowledged where that is asked
/// for. Hosts that do it side by side do no harm.
/// </summary>
internal sealed class RetentionLoop(ProducerPlan plan, IStreamEngine engine, TimeProvider time, Jitter jitter, StreamTelemetry telemetry, ILogger logger)
{
    /// <summary>The time between rounds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(5);

    private readonly Dictionary<StreamName, UndeliveredLoss> _losses = [];
    private readonly AcknowledgedTrim? _trim = plan.UntilAcknowledged ? new(plan, engine, time, telemetry, logger) : null;

    /// <summary>Runs until the host stops; what fails is tried again.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var failing = new Failing();
        var failures = 0;
        // Hosts that start together do not act in step.
        var wait = Interval * jitter.Next();
        while (true)
        {
            await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (stopping.IsCancellationRequested)
                return;
            try
            {
                await LookAsync(stopping);
                failing.Over();
                failures = 0;
                wait = jitter.Around(Interval);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                wait = jitter.Backoff(Interval, LongestBackoff, ++failures);
                var level = failing.LevelOf(error);
                ProducerLog.RetentionFailed(logger, level, error, plan.Stream, wait);
            }
        }
    }

    /// <summary>One round.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            // In this order: a group is not behind where the stream was, unless trimming has passed it.
            var stream = await engine.GetStreamInfoAsync(plan.Stream, cancellation);
            var groups = await engine.GetGroupsAsync(plan.Stream, cancellation);
            Forget(groups);
            foreach (var group in groups)
                await TellLossAsync(stream, group, cancellation);
            if (_trim is not null)
                await _trim.RunAsync(stream, groups, cancellation);
        }
        catch (StreamEngineException gone) when (gone.Code is StreamErrorCode.NoStream or StreamErrorCode.NoGroup)
        {
            // Nothing is there yet, or a group has gone meanwhile: the next round sees.
        }
    }

    private void Forget(IReadOnlyList<GroupInfo> groups)
    {
        foreach (var gone in _losses.Keys.Except(groups.Select(group => group.Name)).ToList())
            _losses.Remove(gone);
    }

    private async ValueTask TellLossAsync(StreamInfo stream, GroupInfo group, CancellationToken cancellation)
    {
        if (!_losses.TryGetValue(group.Name, out var losses))
            _losses.Add(group.Name, losses = new());
        var (lost, isExact) = losses.Look(stream, group);
        if (lost > 0)
        {
            ProducerLog.TrimmedUndelivered(logger, plan.Stream, group.Name, group.LastDeliveredId, isExact ? "" : "at least ", lost);
            telemetry.TrimmedUndelivered.Add(lost, Tags.OfGroup(plan.Stream, group.Name));
        }
        if (!losses.WantsNext)
            return;
        using var next = await engine.RangeAsync(plan.Stream, RangeBound.Excluding(group.LastDeliveredId), RangeBound.Max, count: 1, cancellation: cancellation);
        if (next.Count > 0)
            losses.HasNext(next.Entries[0].Id);
    }
}
