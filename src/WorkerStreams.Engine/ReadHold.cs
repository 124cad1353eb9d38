using WorkerStreams.Engine.InProcess;

namespace WorkerStreams.Engine;

/// <summary>As long as it is not disposed of, no read that waits is served: see <see cref="IKeySpace.HoldReads"/>.</summary>
public sealed class ReadHold : IDisposable
{
    private StreamStore? _store;

    internal ReadHold(StreamStore store)
    {
        _store = store;
        store.HoldReads();
    }

    /// <summary>Reads that wait are served by what there is now. A second call does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _store, null)?.ReleaseReads();
}
