using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Contracts;

/// <summary>The remote engine on a real server, by one protocol.</summary>
public abstract class ProtocolFixture(RedisServer server, RedisProtocol protocol) : EngineFixture, IForeignKeys
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2), Patience = TimeSpan.FromSeconds(30), TimerGrain = TimeSpan.FromMilliseconds(10);

    private readonly string _name = $"{Guid.NewGuid():N}";
    private ConnectionMultiplexer? _client;

    public override EngineTraits Traits => ServerTraits.Of(server);

    // A timer goes by a clock of a few milliseconds, and may be early by them.
    public override async ValueTask ElapseAsync(TimeSpan time) => await Task.Delay(time + TimerGrain, TimeProvider.System);

    /// <summary>Waits until as many reads are blocked at the server as wait at the engine.</summary>
    public override async ValueTask QuietAsync()
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (((RedisStreamEngine)Engine).WaitingReads != await BlockedReads.CountAsync(_client!, _name))
            await Task.Delay(Poll, TimeProvider.System, patience.Token);
    }

    public async ValueTask SetForeignKeyAsync(StreamName name) =>
        await _client!.GetDatabase().StringSetAsync((RedisKey)name.Bytes.ToArray(), "no stream");

    /// <summary>The fixture, where there is a server.</summary>
    public ProtocolFixture OrSkip()
    {
        server.Require();
        return this;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_client is not null)
            await _client.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The client's settings.</summary>
    protected virtual Task<ConfigurationOptions> ConfigureAsync() => Task.FromResult(server.Configuration);

    protected override async ValueTask<IStreamEngine> CreateEngineAsync()
    {
        if (server.MissingReason is not null)
            return null!;
        var configuration = await ConfigureAsync();
        _client = await ConnectionMultiplexer.ConnectAsync(configuration);
        configuration = configuration.Clone();
        (configuration.ClientName, configuration.Protocol) = (_name, protocol);
        return RedisStreamEngine.Connect(configuration);
    }
}

/// <summary>By RESP2.</summary>
public sealed class Resp2Fixture(RedisServer server) : ProtocolFixture(server, RedisProtocol.Resp2);

/// <summary>By RESP3.</summary>
public sealed class Resp3Fixture(RedisServer server) : ProtocolFixture(server, RedisProtocol.Resp3);
