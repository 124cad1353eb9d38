using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract;
using WorkerStreams.Redis;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Contracts;

/// <summary>The remote engine on the listener, and behind that the engine in the process, by one protocol.</summary>
public abstract class ListenerFixture(RedisProtocol protocol, FakeTimeProvider? clock = null) : EngineFixture, IForeignKeys
{
    private const string Name = "engine";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2), Patience = TimeSpan.FromSeconds(30), TimerGrain = TimeSpan.FromMilliseconds(10);

    private ListenerHost? _host;
    private ConnectionMultiplexer? _client;

    // Bytes are no limit that a command knows.
    public override EngineTraits Traits => EngineTraits.Newest with { LimitsBytes = false };

    public override DateTimeOffset? Now => clock?.GetUtcNow();

    // A timer goes by a clock of a few milliseconds, and may be early by them.
    public override async ValueTask ElapseAsync(TimeSpan time)
    {
        if (clock is null)
            await Task.Delay(time + TimerGrain, TimeProvider.System);
        else
            clock.Advance(time);
    }

    /// <summary>Waits until as many reads are blocked at the listener as wait at the engine.</summary>
    public override async ValueTask QuietAsync()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (((RedisStreamEngine)Engine).WaitingReads != await BlockedReads.CountAsync(_client!, Name))
            await Task.Delay(Poll, TimeProvider.System, patience.Token);
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
        _host = await ListenerHost.StartAsync(time: clock);
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

/// <summary>By RESP2, on a clock that the tests move: for what waits for nothing, as the remote engine's waits go by the real one.</summary>
public sealed class Resp2ClockFixture() : ListenerFixture(RedisProtocol.Resp2, new());

/// <summary>By RESP3, the like.</summary>
public sealed class Resp3ClockFixture() : ListenerFixture(RedisProtocol.Resp3, new());
