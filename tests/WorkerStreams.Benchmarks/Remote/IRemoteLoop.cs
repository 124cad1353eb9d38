namespace WorkerStreams.Benchmarks.Remote;

/// <summary>A program that publishes to a stream of a server, and one that consumes it by a group.</summary>
internal interface IRemoteLoop : IAsyncDisposable
{
    /// <summary>Publishes so many messages; all are stored when it ends.</summary>
    Task PublishAsync(int messages);

    /// <summary>Handles so many messages.</summary>
    Task ConsumeAsync(int messages);
}
