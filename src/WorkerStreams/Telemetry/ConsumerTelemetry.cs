using System.Diagnostics;
using System.Text;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams.Telemetry;

/// <summary>Spans and measurements of one consumer's handling. Where nobody listens it does nothing and asks no clock.</summary>
internal sealed class ConsumerTelemetry(StreamTelemetry telemetry, ConsumerPlan plan, TimeProvider time)
{
    private readonly string _spanName = $"process {plan.Stream}";
    private readonly KeyValuePair<string, object?>[] _tags = Tags.OfProcess(plan);

    /// <summary>Begins the handling of one delivery: its span is a child of the publisher's and links to it as well.</summary>
    public Processing Start(in StreamEntry entry)
    {
        var activity = StreamTelemetry.Source.HasListeners() ? StartActivity(entry) : null;
        return activity is not null || telemetry.Consumed.Enabled || telemetry.ProcessDuration.Enabled ? new(this, activity, time.GetTimestamp()) : default;
    }

    private Activity? StartActivity(in StreamEntry entry)
    {
        var envelope = Envelope.Read(entry.Fields);
        ActivityContext.TryParse(
            Encoding.UTF8.GetString(envelope.TraceParent),
            envelope.TraceState.IsEmpty ? null : Encoding.UTF8.GetString(envelope.TraceState),
            isRemote: true,
            out var publisher);
        var activity = StreamTelemetry.Source.StartActivity(
            ActivityKind.Consumer, publisher, _tags, publisher == default ? null : [new(publisher)], name: _spanName);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(Tags.MessageId, entry.Id.ToString());
            activity.SetTag(Tags.DeliveryCount, entry.DeliveryCount);
        }
        return activity;
    }

    private void Record(long startedAt, Exception? error)
    {
        var tags = new TagList(_tags);
        if (error is not null)
            tags.Add(Tags.ErrorType(error));
        telemetry.Consumed.Add(1, tags);
        telemetry.ProcessDuration.Record(time.GetElapsedTime(startedAt).TotalSeconds, tags);
    }

    /// <summary>A handling under way; the default is one that nobody watches.</summary>
    internal readonly struct Processing(ConsumerTelemetry telemetry, Activity? activity, long startedAt)
    {
        /// <param name="error">Why it failed, or null where it did not.</param>
        public void Ended(Exception? error = null)
        {
            if (telemetry is null)
                return;
            telemetry.Record(startedAt, error);
            activity?.End(error);
        }
    }
}
