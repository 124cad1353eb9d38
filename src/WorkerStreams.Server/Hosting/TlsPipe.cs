using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace WorkerStreams.Server.Hosting;

/// <summary>A connection's pipes inside TLS.</summary>
internal sealed class TlsPipe : IDuplexPipe, IAsyncDisposable
{
    // For a client that connects and says nothing.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SslStream _stream;

    private TlsPipe(SslStream stream)
    {
        _stream = stream;
        (Input, Output) = (PipeReader.Create(stream, new(leaveOpen: true)), PipeWriter.Create(stream, new(leaveOpen: true)));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <exception cref="System.Security.Authentication.AuthenticationException">The client speaks no TLS, or not as is asked of it.</exception>
    /// <exception cref="OperationCanceledException">It has gone, or says nothing.</exception>
    public static async Task<TlsPipe> OpenAsync(IDuplexPipe transport, X509Certificate2 certificate, TimeProvider time, CancellationToken gone)
    {
        var stream = new SslStream(new TransportStream(transport));
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, patience.Token);
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, either.Token);
            return new(stream);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells the client that nothing more comes, so that it knows that nothing was cut off. What is written has been sent before.</summary>
    public Task EndAsync() => _stream.ShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync();
        await Input.CompleteAsync();
        await _stream.DisposeAsync();
    }
}
