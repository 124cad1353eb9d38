using StackExchange.Redis;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Differential;

/// <summary>Two engines, each by connections of its own, for one story after the other.</summary>
internal sealed class Connections : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromSeconds(3);

    private readonly string _name = $"{Guid.NewGuid():N}";
    private readonly IConnectionMultiplexer _control;

    public Connections(RedisServer server, RedisProtocol protocol, IConnectionMultiplexer control)
    {
        _control = control;
        var configuration = server.Configuration;
        (configuration.ClientName, configuration.Protocol) = (_name, protocol);
        Engines = [RedisStreamEngine.Connect(configuration), RedisStreamEngine.Connect(configuration)];
    }

    public RedisStreamEngine[] Engines { get; }

    /// <summary>Ends when so many reads wait at the server, the last one has ended, or patience has.</summary>
    public async Task UntilBlockedAsync(int reads, Task end)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!end.IsCompleted && TimeProvider.System.GetElapsedTime(begun) < Patience && await BlockedReads.CountAsync(_control, _name) != reads)
            await Task.WhenAny(end, Task.Delay(Poll, TimeProvider.System));
    }

    public void Dispose()
    {
        foreach (var engine in Engines)
            engine.Dispose();
    }
}
