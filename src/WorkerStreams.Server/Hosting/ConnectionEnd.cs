using System.IO.Pipelines;

namespace WorkerStreams.Server.Hosting;

/// <summary>Ends a connection's waits: when its client has gone, and when the listener stops.</summary>
internal sealed class ConnectionEnd : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _closed, _stopping;

    public ConnectionEnd(PipeReader input, CancellationToken closed, CancellationToken stopping)
    {
        _closed = closed.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _stopping = stopping.UnsafeRegister(
            static state =>
            {
                var (input, source) = ((PipeReader, CancellationTokenSource))state!;
                input.CancelPendingRead();
                source.Cancel();
            },
            (input, _source));
    }

    public CancellationToken Token => _source.Token;

    // The registrations first: they wait for a callback that runs, which uses the source.
    public void Dispose()
    {
        _closed.Dispose();
        _stopping.Dispose();
        _source.Dispose();
    }
}
