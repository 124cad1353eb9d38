using System.IO.Pipelines;

namespace WorkerStreams.Server.Hosting;

/// <summary>Ends a connection's waits: when its client has gone, when it is to go, and when the listener stops.</summary>
internal sealed class ConnectionEnd : IDisposable
{
    private readonly PipeReader _input;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _closed, _stopping;

    public ConnectionEnd(PipeReader input, CancellationToken closed, CancellationToken stopping)
    {
        _input = input;
        _closed = closed.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _stopping = stopping.UnsafeRegister(static end => ((ConnectionEnd)end!).End(), this);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Has the client go.</summary>
    public void End()
    {
        try
        {
            _input.CancelPendingRead();
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has gone.
        }
    }

    // The registrations first: they wait for a callback that runs, which uses the source.
    public void Dispose()
    {
        _closed.Dispose();
        _stopping.Dispose();
        _source.Dispose();
    }
}
