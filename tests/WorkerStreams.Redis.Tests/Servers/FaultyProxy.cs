using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>Stands between clients and a server, and fails as networks do.</summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    private readonly int _server;
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<ProxiedConnection, bool> _connections = [];
    private readonly Task _accepting;
    private long _delay;

    public FaultyProxy(int server)
    {
        _server = server;
        _listener = new(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port { get; } = ServerProcess.FreePort();

    /// <summary>How much later than they came bytes are passed on, each way.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delay));
        set => Interlocked.Exchange(ref _delay, value.Ticks);
    }

    /// <summary>Those that are open.</summary>
    public IEnumerable<ProxiedConnection> Connections => _connections.Keys;

    /// <summary>Those on which a read waits.</summary>
    public IEnumerable<ProxiedConnection> Waiting => Connections.Where(static connection => connection.IsWaiting);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var connection in Connections)
            connection.Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // Nobody is let in any more.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var server = new TcpClient();
        var connection = new ProxiedConnection(this, client, server);
        _connections[connection] = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            await connection.PassAsync();
        }
        catch (Exception ended) when (ended is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or the server is gone.
        }
        _connections.TryRemove(connection, out _);
        connection.Cut();
    }
}

/// <summary>A connection through the proxy.</summary>
public sealed class ProxiedConnection(FaultyProxy proxy, TcpClient client, TcpClient server)
{
    // As long as the clients are not closed they have these.
    private readonly Socket[] _ends = [client.Client, server.Client];
    private readonly TaskCompletionSource _never = new();
    private volatile bool _isWaiting, _isOfGroup, _isStalled, _isAbandoned, _cutsAtAnswer;

    /// <summary>Whether the last that was sent is a read with BLOCK, without an answer yet.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>Whether that is XREADGROUP, and not what waits for words of others.</summary>
    public bool IsWaitingForGroup => _isWaiting && _isOfGroup;

    /// <summary>Ends it both ways, without a farewell.</summary>
    public void Cut()
    {
        _never.TrySetResult();
        foreach (var end in _ends)
            end.Close(timeout: 0);
    }

    /// <summary>Cuts it as soon as the server has answered, before the client learns of it.</summary>
    public void CutAtAnswer() => _cutsAtAnswer = true;

    /// <summary>Cuts it for the client at once, and for the server when that has answered.</summary>
    public void Abandon()
    {
        _cutsAtAnswer = _isAbandoned = true;
        client.Client.Close(timeout: 0);
    }

    /// <summary>Lets it hang: open, and nothing passes.</summary>
    public void Stall() => _isStalled = true;

    /// <summary>Ends one way: the client may send and hears nothing more, or the server hears nothing more and may answer.</summary>
    public void HalfClose(bool towardsClient)
    {
        try
        {
            (towardsClient ? client : server).Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is ObjectDisposedException or SocketException)
        {
            // The client has given it up meanwhile.
        }
    }

    internal Task PassAsync() => Task.WhenAny(PassToServerAsync(), PassAsync(server, client)).Unwrap();

    private async Task PassToServerAsync()
    {
        try
        {
            await PassAsync(client, server);
        }
        finally
        {
            if (_isAbandoned)
                await _never.Task;
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await from.GetStream().ReadAsync(buffer)) > 0)
        {
            if (from == server && _cutsAtAnswer)
                return;
            if (proxy.Delay > TimeSpan.Zero)
                await Task.Delay(proxy.Delay, TimeProvider.System);
            if (_isStalled)
                await _never.Task;
            // A number answers the CLIENT ID that is sent before the read.
            if (from == client)
            {
                var words = Encoding.ASCII.GetString(buffer, 0, count);
                _isOfGroup = words.Contains("XREADGROUP", StringComparison.Ordinal);
                _isWaiting = words.Contains("BLOCK", StringComparison.Ordinal);
            }
            else
            {
                _isWaiting &= buffer[0] == ':';
            }
            await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
