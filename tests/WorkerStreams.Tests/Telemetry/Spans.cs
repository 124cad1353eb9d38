using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerStreams.Tests.Telemetry;

/// <summary>Collects the framework's spans for one stream, which no other test may use meanwhile.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = [];

    public Spans(string stream)
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == "WorkerStreams",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Tags?.Any(tag => tag.Key == "messaging.destination.name" && tag.Value is string name && name == stream) == true
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity Single(string name) => Assert.Single(_ended, activity => activity.DisplayName == name);

    public void Dispose() => _listener.Dispose();
}
