using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract;
using WorkerStreams.Redis;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Contracts;

/// <summary>The remote engine on the listener, and behind that the engine in the process, by one protocol.</summary>
public abstract class ListenerFixture(RedisProtocol protocol) : EngineFixture, IForeignKeys
{
    private const string Name = "engine";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2), Patience = TimeSpan.FromSeconds(5), TimerGrain = TimeSpan.FromMilliseconds(10);

    private ListenerHost? _host;
    private ConnectionMultiplexer? _client;

    // Bytes are no limit that a command knows.
    public override EngineTraits Traits => EngineTraits.Newest with { LimitsBytes = false };

    // A timer goes by a clock of a few milliseconds, and may be early by them.
    public override async ValueTask ElapseAsync(TimeSpan time) => await Task.Delay(time + TimerGrain, TimeProvider.System);

    /// <summary>Waits until as many reads are blocked at the listener as wait at the engine.</summary>
    public override async ValueTask QuietAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (((RedisStreamEngine)Engine).WaitingReads != await BlockedReads.CountAsync(_client!, Name) && TimeProvider.System.GetElapsedTime(begun) < Patience)
            await Task.Delay(Poll, TimeProvider.System);
    }

    public async ValueTask SetForeignKeyAsync(StreamName name) =>
        await _client!.GetDatabase().StringSetAsync((RedisKey)name.Bytes.ToArray(), "no stream");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _client!.DisposeAsync();
        await _host!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async ValueTask<IStreamEngine> CreateEngineAsync()
    {
        _host = await ListenerHost.StartAsync();
        var configuration = ServerProcess.Client(_host.Port);
        _client = await ConnectionMultiplexer.ConnectAsync(configuration);
        configuration = configuration.Clone();
        (configuration.ClientName, configuration.Protocol) = (Name, protocol);
        return RedisStreamEngine.Connect(configuration);
    }
}

/// <summary>By RESP2.</summary>
public sealed class Resp2Fixture() : ListenerFixture(RedisProtocol.Resp2);

/// <summary>By RESP3.</summary>
public sealed class Resp3Fixture() : ListenerFixture(RedisProtocol.Resp3);
