using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>A producer as the health check and the end of the host see it.</summary>
internal interface IOpenProducer
{
    StreamName Stream { get; }

    /// <summary>Why the engine has no room for its messages, if it had none a short while ago and has taken none since.</summary>
    StreamEngineException? Refusal { get; }

    /// <summary>Refuses new publishes from now on and waits for those in flight.</summary>
    /// <param name="cancellation">Ends the wait, not the publishes.</param>
    /// <returns>The publishes still in flight: 0 unless cancelled.</returns>
    ValueTask<int> FlushAsync(CancellationToken cancellation);
}
