using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkerStreams.Engine;
using WorkerStreams.Server.Hosting;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server;

/// <summary>
/// Listens for clients that speak the protocol of Redis, as long as the host runs; <c>AddRespListener</c> adds it. It is there for who needs to know where it listens.
/// </summary>
public sealed class RespListener : IHostedService, IDisposable
{
    // With clients that do not take their replies when they, or it, are to end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // What is not read yet of a client, in bytes; who has not told the password can have little more held.
    private const int ReadBufferBytes = 64 * 1024;

    private readonly RespListenerOptions _options;
    private readonly Func<IStreamEngine?> _engine;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly X509Certificate2? _certificate;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private KestrelServer? _kestrel;
    private RespServer? _server;

    /// <param name="options">The settings, checked here: so before any service of the host starts.</param>
    /// <param name="engine">Finds the engine once the host starts.</param>
    /// <param name="time">The clock that clients are told.</param>
    /// <param name="configuration">The application's configuration, if it has one.</param>
    /// <param name="loggers">The application's logs.</param>
    internal RespListener(RespListenerOptions options, Func<IStreamEngine?> engine, TimeProvider time, IConfiguration? configuration, ILoggerFactory loggers)
    {
        List<string> errors = [];
        ConfiguredOptions.Apply(configuration, options, errors);
        options.Validate(errors);
        var certificate = errors.Count == 0 ? ServerCertificate.Load(options, errors) : null;
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
        (_options, _engine, _time, _loggers, _certificate) = (options, engine, time, loggers, certificate);
        _logger = loggers.CreateLogger<RespListener>();
    }

    /// <summary>Where it listens; null before the host has started.</summary>
    public IPEndPoint? EndPoint { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no engine in this process.</exception>
    /// <exception cref="IOException">The address can't be listened on; another program may have the port.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var server = _server = new(FindEngine(), _options, _time);
        var settings = new KestrelServerOptions();
        settings.Listen(_options.Address, _options.Port, listen => listen.Run(connection => ServeAsync(server, connection)));
        _kestrel = new(Options.Create(settings), new SocketTransportFactory(Options.Create(new SocketTransportOptions { MaxReadBufferSize = ReadBufferBytes }), _loggers), _loggers);
        await _kestrel.StartAsync(new NoHttp(), cancellationToken);
        var address = new Uri(_kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        EndPoint = new(_options.Address, server.Port = address.Port);
        _logger.Listening(EndPoint);
    }

    /// <summary>Nobody is let in any more, reads that wait end, and each client goes once the command that it has sent is answered. Who does not take the answer within 5 seconds is cut off.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        if (_kestrel is not null)
            await _kestrel.StopAsync(either.Token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _kestrel?.Dispose();
        _server?.Dispose();
        if (_certificate != _options.Certificate)
            _certificate?.Dispose();
        _stopping.Dispose();
    }

    private InProcessStreamEngine FindEngine() => _engine() switch
    {
        InProcessStreamEngine engine => engine,
        null => throw new InvalidOperationException(
            "AddRespListener has no engine to listen for. Allowed: AddWorkerStreams(), or an InProcessStreamEngine among the services as IStreamEngine."),
        var other => throw new InvalidOperationException(
            $"AddRespListener listens for an engine in this process, and the engine is {other.GetType().Name}. Allowed: AddWorkerStreams().UseInProcess()."),
    };

    private async Task ServeAsync(Func<ClientConnection, Task> serve, ConnectionContext connection, IDuplexPipe pipe)
    {
        using var end = new ConnectionEnd(pipe.Input, connection.ConnectionClosed, _stopping.Token);
        await serve(new(
            pipe.Input, pipe.Output, connection.RemoteEndPoint, connection.LocalEndPoint, end.End, connection.Abort, () => CloseAsync(connection, pipe), end.Token));
    }

    private async Task ServeTlsAsync(RespServer server, ConnectionContext connection, X509Certificate2 certificate)
    {
        // Before it has said anything, or there would be no end of connections that say nothing. As by Redis, one too many is told nothing, for that would need TLS.
        if (!server.TryAdmit())
            return;
        try
        {
            await using var tls = await TlsPipe.OpenAsync(connection.Transport, certificate, _time, connection.ConnectionClosed);
            await ServeAsync(server.ServeAdmittedAsync, connection, tls);
        }
        finally
        {
            server.Dismiss();
        }
    }

    private async Task ServeAsync(RespServer server, ConnectionContext connection)
    {
        try
        {
            KeepAlive(connection);
            if (_certificate is null)
                await ServeAsync(server.ServeAsync, connection, connection.Transport);
            else
                await ServeTlsAsync(server, connection, _certificate);
        }
        catch (Exception lost) when (lost is AuthenticationException or OperationCanceledException)
        {
            // The client speaks no TLS, or has gone before it did.
        }
        catch (Exception lost) when (lost is IOException or SocketException or ConnectionAbortedException or ConnectionResetException)
        {
            // The client has gone.
        }
        catch (Exception failure)
        {
            _logger.Failed(failure, connection.RemoteEndPoint);
        }
    }

    // Kestrel would wait without end for the client to take what is left.
    private async Task CloseAsync(ConnectionContext connection, IDuplexPipe pipe)
    {
        await using var cut = _time.CreateTimer(static connection => ((ConnectionContext)connection!).Abort(), connection, Patience, Timeout.InfiniteTimeSpan);
        foreach (var part in (IDuplexPipe[])[pipe, connection.Transport])
        {
            try
            {
                await part.Output.CompleteAsync();
                await part.Input.CompleteAsync();
                if (part is TlsPipe tls)
                    await tls.EndAsync();
            }
            catch (Exception lost) when (lost is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The client has gone.
            }
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Or a client whose machine is gone would wait for ever, and be given entries. Times as in Redis.
    private static void KeepAlive(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
            return;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 300);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 100);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }
}
