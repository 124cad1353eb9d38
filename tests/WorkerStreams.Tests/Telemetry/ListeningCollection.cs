namespace WorkerStreams.Tests.Telemetry;

/// <summary>Tests that listen to spans, and those that measure what publishing costs when nobody does: one at a time.</summary>
[CollectionDefinition(Name)]
public sealed class ListeningCollection
{
    public const string Name = "listening";
}
