using System.Text.RegularExpressions;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>The listener and a redis-server, side by side: what the one is asked the other is asked too.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ListenerHost _listener;
    private readonly ServerProcess _server;
    private readonly RespClient _ours, _theirs;

    private Servers(ListenerHost listener, ServerProcess server, RespClient ours, RespClient theirs, Version version) =>
        (_listener, _server, _ours, _theirs, Version) = (listener, server, ours, theirs, version);

    /// <summary>The server's version.</summary>
    public Version Version { get; }

    public static async Task<Servers> StartAsync()
    {
        var server = await ServerProcess.StartAsync();
        var listener = await ListenerHost.StartAsync();
        var theirs = await RespClient.ConnectAsync(server.Port);
        var version = Regex.Match(await theirs.CallAsync("INFO", "server"), "redis_version:([0-9.]+)").Groups[1].Value;
        return new(listener, server, await listener.ConnectAsync(), theirs, Version.Parse(version));
    }

    /// <summary>Both speak RESP3 from now on. What they say of themselves differs.</summary>
    public async Task UseResp3Async()
    {
        await _ours.CallAsync("HELLO", "3");
        await _theirs.CallAsync("HELLO", "3");
    }

    /// <summary>Whether the server has a command.</summary>
    public async Task<bool> KnowsAsync(string command) => (await _theirs.CallAsync("COMMAND", "INFO", command)).StartsWith("*1\r\n*10\r\n", StringComparison.Ordinal);

    /// <summary>Asks both, and compares their replies byte by byte, but for what is known to differ.</summary>
    /// <param name="line">The command as one would type it.</param>
    /// <param name="bytes">The command as it is sent.</param>
    /// <returns>In what they differ, or null.</returns>
    public async Task<string?> CompareAsync(string line, string bytes)
    {
        var (ours, theirs) = (await AskAsync(_ours), await AskAsync(_theirs));
        foreach (var difference in KnownDifference.All)
            (ours, theirs) = (difference.Apply(Version, line, ours), difference.Apply(Version, line, theirs));
        return ours == theirs ? null : $"To {line}\nthe listener answers   {Show(ours)}\nand the server answers {Show(theirs)}";

        async Task<string> AskAsync(RespClient client)
        {
            try
            {
                return await client.AskAsync(bytes).WaitAsync(Patience, TimeProvider.System);
            }
            catch (Exception failure) when (failure is TimeoutException or IOException)
            {
                throw new InvalidOperationException($"To {line} {(client == _ours ? "the listener" : "the server")} does not answer.", failure);
            }
        }
    }

    /// <summary>What both tell of themselves in a line of INFO.</summary>
    public async Task<(string Ours, string Theirs)> InfoAsync(string section, string name)
    {
        return (await OfAsync(_ours), await OfAsync(_theirs));

        async Task<string> OfAsync(RespClient client) => Regex.Match(await client.CallAsync("INFO", section), $"{name}:(.*)\\r").Groups[1].Value;
    }

    public async ValueTask DisposeAsync()
    {
        _ours.Dispose();
        _theirs.Dispose();
        await _listener.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static string Show(string reply) => reply.Replace("\r\n", " ", StringComparison.Ordinal);
}
