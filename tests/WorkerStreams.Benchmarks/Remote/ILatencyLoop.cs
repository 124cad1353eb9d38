namespace WorkerStreams.Benchmarks.Remote;

/// <summary>A program whose consumer waits for the next message, and handles it as soon as it is there.</summary>
internal interface ILatencyLoop : IAsyncDisposable
{
    /// <summary>Told by the handler.</summary>
    Arrival Arrival { get; }

    /// <summary>Publishes one message.</summary>
    Task PublishAsync();
}
