namespace WorkerStreams.Engine;

/// <summary>The streams of an engine as keys: what a front needs of an engine in this process, and a worker does not.</summary>
public interface IKeySpace
{
    /// <summary>EXISTS: whether there is such a stream, be it empty.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: the engine is closed.</exception>
    ValueTask<bool> ExistsAsync(StreamName key, CancellationToken cancellation = default);

    /// <summary>XINFO STREAM FULL.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="count">The most entries to tell, and the most pending ones of each group and of each consumer; null is no limit.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.NoStream"/>: there is none.</exception>
    ValueTask<FullStreamInfo> GetFullStreamInfoAsync(StreamName key, int? count, CancellationToken cancellation = default);

    /// <summary>KEYS: the names of the streams, in no order. Those made or deleted meanwhile may be among them or not.</summary>
    IReadOnlyList<StreamName> GetKeys();
}
