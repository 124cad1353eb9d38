using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Servers;

namespace WorkerStreams.Redis.Connections;

/// <summary>
/// Tells of the shared connection what changes, a line each, and asks the servers what they are: at the start and whenever a connection is there again, or
/// another server is the primary.
/// </summary>
internal sealed class ConnectionWatch : IDisposable
{
    // After servers have not told what they are.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly IConnectionMultiplexer _multiplexer;
    private readonly ILogger _logger;
    private readonly Func<string, ServerFacts, string?> _refuse;

    // Guards what follows, which the client's events change.
    private readonly Lock _lock = new();
    private readonly Dictionary<EndPoint, (DateTimeOffset Since, string Reason)> _lost = [];
    private readonly HashSet<string> _warned = [];
    private string _owners, _told = "";
    private volatile string? _refusal;
    private volatile IReadOnlyList<(string Server, ServerFacts Facts)> _servers = [];

    // Askings that are wanted and not done; whoever makes it 1 does them.
    private int _wanted;
    private volatile bool _disposed;

    /// <param name="multiplexer">The connection.</param>
    /// <param name="logger">Where changes are told.</param>
    /// <param name="refuse">Why a server cannot be used, or null where it can.</param>
    public ConnectionWatch(IConnectionMultiplexer multiplexer, ILogger logger, Func<string, ServerFacts, string?> refuse)
    {
        (_multiplexer, _logger, _refuse) = (multiplexer, logger, refuse);
        multiplexer.ConnectionFailed += OnFailed;
        multiplexer.ConnectionRestored += OnRestored;
        multiplexer.ConfigurationChanged += OnChanged;
        multiplexer.InternalError += OnInternalError;
        _owners = Names(Owners(multiplexer.GetServers()));
    }

    /// <summary>Why every call fails, or null.</summary>
    public string? Refusal => _refusal;

    /// <summary>Whether the servers have commands for what is done by scripts elsewhere, as far as they were asked.</summary>
    public bool HasOwnCommands => _servers is { Count: > 0 } servers && servers.All(static server => server.Facts.HasOwnCommands);

    /// <summary>Why the engine cannot serve now, or null where it can.</summary>
    public string? Outage
    {
        get
        {
            if (_refusal is { } refusal)
                return refusal;
            var missing = Missing(_multiplexer.GetServers());
            lock (_lock)
                return missing.Count > 0 ? string.Join("; ", missing.Select(DescribeLoss)) : null;
        }
    }

    /// <summary>Refuses what one of the servers is known to lack.</summary>
    /// <param name="ability">What it takes.</param>
    /// <param name="what">What is asked, as its command.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidArgument"/>: one lacks it.</exception>
    public void Require(ServerAbility ability, string what)
    {
        foreach (var (server, facts) in _servers)
        {
            if (ServerAbilities.Refuse(ability, what, server, facts) is { } refusal)
                throw new StreamEngineException(StreamErrorCode.InvalidArgument, refusal);
        }
    }

    /// <summary>Asks the servers, tells what they are, and warns.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: one is too old.</exception>
    public async Task BeginAsync()
    {
        await ProbeAsync().ConfigureAwait(false);
        if (_refusal is { } refusal)
            throw new StreamEngineException(StreamErrorCode.Unavailable, refusal);
    }

    public void Dispose()
    {
        _disposed = true;
        _multiplexer.ConnectionFailed -= OnFailed;
        _multiplexer.ConnectionRestored -= OnRestored;
        _multiplexer.ConfigurationChanged -= OnChanged;
        _multiplexer.InternalError -= OnInternalError;
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs failed)
    {
        // The other kind carries news of the configuration only.
        if (_disposed || failed is not { ConnectionType: ConnectionType.Interactive, EndPoint: { } endPoint })
            return;
        var reason = Reason.Of(failed.FailureType, failed.Exception);
        lock (_lock)
        {
            var isNews = !_lost.TryGetValue(endPoint, out var known);
            _lost[endPoint] = (isNews ? TimeProvider.System.GetUtcNow() : known.Since, reason);
            if (isNews)
                RedisLog.Lost(_logger, Name(endPoint), reason);
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs restored)
    {
        if (restored is not { ConnectionType: ConnectionType.Interactive, EndPoint: { } endPoint })
            return;
        lock (_lock)
        {
            if (_lost.Remove(endPoint, out var loss))
                RedisLog.Restored(_logger, Name(endPoint), loss.Since);
            _told = "";
        }
        _ = ProbeAgainAsync();
    }

    private void OnChanged(object? sender, EndPointEventArgs changed)
    {
        var servers = _multiplexer.GetServers();
        var owners = Names(Owners(servers));
        lock (_lock)
        {
            foreach (var gone in _lost.Keys.Except(servers.Select(static server => server.EndPoint)).ToList())
                _lost.Remove(gone);
            if (owners.Length == 0 || owners == _owners)
                return;
            if (_owners.Length > 0)
                RedisLog.FailedOver(_logger, owners, _owners);
            _owners = owners;
        }
        _ = ProbeAgainAsync();
    }

    private void OnInternalError(object? sender, InternalErrorEventArgs failed) => TellOnce(failed.Exception, failed.Origin ?? "");

    private void TellOnce(Exception error, string origin)
    {
        lock (_lock)
        {
            if (_warned.Add($"client {origin}"))
                RedisLog.ClientFailed(_logger, error, origin);
        }
    }

    private async Task ProbeAgainAsync()
    {
        if (Interlocked.Increment(ref _wanted) > 1)
            return;
        int done;
        do
        {
            done = Volatile.Read(ref _wanted);
            try
            {
                await ProbeAsync();
            }
            catch (Exception) when (_disposed || !_multiplexer.IsConnected)
            {
                // It was lost again; the next connection is asked.
            }
            catch (Exception error)
            {
                TellOnce(error, nameof(ServerProbe));
                await Task.Delay(Again, TimeProvider.System);
                Interlocked.Increment(ref _wanted);
            }
        }
        while (Interlocked.Add(ref _wanted, -done) > 0);
    }

    private async Task ProbeAsync()
    {
        List<(EndPoint Server, ServerFacts Facts)> asked = [];
        foreach (var server in _multiplexer.GetServers().Where(static server => server.IsConnected))
            asked.Add((server.EndPoint, await ServerProbe.AskAsync(server).ConfigureAwait(false)));
        var refusal = asked.Select(answer => _refuse(Name(answer.Server), answer.Facts)).FirstOrDefault(refusal => refusal is not null);
        var servers = string.Join("; ", asked.GroupBy(answer => ServerAbilities.Describe(answer.Facts), answer => answer.Server).Select(same => $"{Names(same)}, {same.Key}"));
        lock (_lock)
        {
            if (refusal is not null && refusal != _refusal)
                RedisLog.Refused(_logger, refusal);
            _refusal = refusal;
            _servers = [.. asked.Select(static answer => (Name(answer.Server), answer.Facts))];
            if (servers.Length > 0 && servers != _told)
                RedisLog.Connected(_logger, servers);
            _told = servers;
            WarnOnce(nameof(ServerWarnings.Eviction), asked, ServerWarnings.Eviction, RedisLog.Evicts);
            WarnOnce(nameof(ServerWarnings.Persistence), asked, ServerWarnings.Persistence, RedisLog.KeepsNothing);
        }
    }

    private void WarnOnce(string kind, List<(EndPoint Server, ServerFacts Facts)> asked, Func<ServerFacts, string?> danger, Action<ILogger, string, string> log)
    {
        var endangered = asked.Where(answer => danger(answer.Facts) is not null).ToLookup(answer => danger(answer.Facts)!, answer => answer.Server);
        if (endangered.Count > 0 && _warned.Add(kind))
            log(_logger, Names(endangered.First()), endangered.First().Key);
    }

    // Those that are to serve streams, as far as that is known: of a cluster also where they are not connected.
    private static IEnumerable<EndPoint> Owners(IServer[] servers) =>
        servers.FirstOrDefault(static server => server is { IsConnected: true, ServerType: ServerType.Cluster })?.ClusterConfiguration is { } cluster
            ? cluster.Nodes.Where(static node => node is { IsReplica: false, EndPoint: not null, Slots.Count: > 0 }).Select(static node => node.EndPoint!)
            : servers.Where(static server => server is { IsConnected: true, IsReplica: false }).Select(static server => server.EndPoint);

    // Those without which some stream cannot be had.
    private static List<EndPoint> Missing(IServer[] servers)
    {
        var owners = Owners(servers).ToHashSet();
        return [.. servers.Where(server => !server.IsConnected && (owners.Count == 0 || owners.Contains(server.EndPoint))).Select(static server => server.EndPoint)];
    }

    private string DescribeLoss(EndPoint server) => _lost.TryGetValue(server, out var loss)
        ? $"no connection to {Name(server)} since {loss.Since:O}: {loss.Reason}"
        : $"no connection to {Name(server)}";

    private static string Names(IEnumerable<EndPoint> servers) => string.Join(" and ", servers.Select(Name).Order());

    public static string Name(EndPoint endPoint) => endPoint is DnsEndPoint { Host: var host, Port: var port } ? $"{host}:{port}" : endPoint.ToString()!;
}
