using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>A producer as the end of the host sees it.</summary>
internal interface IFlushable
{
    StreamName Stream { get; }

    /// <summary>Refuses new publishes from now on and waits for those in flight.</summary>
    /// <param name="cancellation">Ends the wait, not the publishes.</param>
    /// <returns>The publishes still in flight: 0 unless cancelled.</returns>
    ValueTask<int> FlushAsync(CancellationToken cancellation);
}
