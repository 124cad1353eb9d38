using System.Diagnostics;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>Spans and measurements of one producer. Where nobody listens it does nothing and asks no clock.</summary>
internal sealed class ProducerTelemetry(StreamTelemetry telemetry, StreamName stream, TimeProvider time)
{
    private readonly string _spanName = $"publish {stream}";
    private readonly KeyValuePair<string, object?>[] _tags = Tags.OfPublish(stream);

    /// <summary>Whether anybody wants to know when a publish ends.</summary>
    public bool IsWatched => StreamTelemetry.Source.HasListeners() || telemetry.Sent.Enabled || telemetry.OperationDuration.Enabled;

    /// <summary>Begins a publish. Its span is the one that consumers continue.</summary>
    public Publishing Start()
    {
        var activity = StreamTelemetry.Source.HasListeners() ? StreamTelemetry.Source.StartActivity(ActivityKind.Producer, tags: _tags, name: _spanName) : null;
        return activity is not null || telemetry.Sent.Enabled || telemetry.OperationDuration.Enabled ? new(this, activity, time.GetTimestamp()) : default;
    }

    private void Record(int stored, int failed, long startedAt, Exception? error)
    {
        var tags = new TagList(_tags);
        if (stored > 0)
            telemetry.Sent.Add(stored, tags);
        if (error is not null)
            tags.Add(Tags.ErrorType(error));
        if (failed > 0)
            telemetry.Sent.Add(failed, tags);
        telemetry.OperationDuration.Record(time.GetElapsedTime(startedAt).TotalSeconds, tags);
    }

    /// <summary>A publish under way; the default is one that nobody watches.</summary>
    internal readonly struct Publishing(ProducerTelemetry telemetry, Activity? activity, long startedAt)
    {
        /// <summary>The span whose context travels with the messages: the publish's own, or the one around it.</summary>
        public Activity? Span => activity ?? Activity.Current;

        /// <summary>One message is stored.</summary>
        public void Stored(StreamEntryId id)
        {
            if (activity is { IsAllDataRequested: true })
                activity.SetTag(Tags.MessageId, id.ToString());
            Ended(1, 0, null);
        }

        /// <summary>Several messages were to be published.</summary>
        public void Ended(int stored, int failed, Exception? error)
        {
            if (telemetry is null)
                return;
            telemetry.Record(stored, failed, startedAt, error);
            if (activity is null)
                return;
            if (stored + failed != 1)
                activity.SetTag(Tags.MessageCount, stored + failed);
            activity.End(error);
        }
    }
}
