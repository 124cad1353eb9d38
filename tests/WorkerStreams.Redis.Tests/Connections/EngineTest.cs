using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>A stream of its own with a group, and a client beside the engine.</summary>
public abstract class EngineTest : IAsyncDisposable
{
    protected static readonly StreamName Group = "g";

    /// <summary>Longer than anything takes that works.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly RedisServer _server;
    private readonly ConnectionMultiplexer _client;

    protected EngineTest(RedisServer server)
    {
        server.Require();
        (_server, Stream) = (server, $"{Guid.NewGuid():N}");
        _client = ConnectionMultiplexer.Connect(server.Configuration);
    }

    protected RedisServer Server => _server;

    /// <summary>The client's settings, by which its connections are known from those of other tests.</summary>
    protected ConfigurationOptions Configuration
    {
        get
        {
            var configuration = _server.Configuration;
            configuration.ClientName = Stream.ToString();
            return configuration;
        }
    }

    protected StreamName Stream { get; }

    protected IServer Client => _client.GetServers()[0];

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static AppendEntry Entry(string id) => new(EntryFields.Of(("f", "v")), NewEntryId.Parse(id));

    protected static ReadGroupRequest ReadFor(StreamName stream, StreamName consumer) =>
        new() { Group = Group, Consumer = consumer, Streams = [new(stream, ReadPosition.Undelivered)], Block = TimeSpan.Zero };

    /// <summary>The first connection of the test's that waits at the server, once there is one.</summary>
    protected async Task<ClientInfo> BlockedAsync()
    {
        ClientInfo? blocked = null;
        await UntilAsync(async () => (blocked = await AllBlockedAsync() is [var first, ..] ? first : null) is not null);
        return blocked!;
    }

    /// <summary>The connections of the test's that wait at the server.</summary>
    protected async Task<IReadOnlyList<ClientInfo>> AllBlockedAsync() =>
        [.. (await Client.ClientListAsync()).Where(client => client.Name == Stream.ToString() && client.Flags.HasFlag(ClientFlags.Blocked))];

    protected async Task<IConnectionMultiplexer> OpenAsync(Action<ConfigurationOptions> configure)
    {
        var configuration = Configuration;
        configure(configuration);
        return await ConnectionMultiplexer.ConnectAsync(configuration);
    }

    protected Task<IConnectionMultiplexer> OpenAsync() => OpenAsync(static _ => { });

    /// <summary>Connections for reads that wait, without an engine; no such read ends before the test does.</summary>
    private protected BlockingConnections Connections(Func<Task<IConnectionMultiplexer>> connect, int max = 1) =>
        new(connect, new(() => Task.FromResult(Client.Multiplexer)), max, longestSlice: TimeSpan.FromHours(1));

    protected Task CreateGroupAsync() => Client.ExecuteAsync("XGROUP", "CREATE", Stream.ToString(), Group.ToString(), "0", "MKSTREAM");

    protected Task AppendAsync(StreamName stream) => Client.ExecuteAsync("XADD", stream.ToString(), "*", "f", "v");

    /// <summary>An engine of a user who may do just that.</summary>
    protected async Task<RedisStreamEngine> ConnectAsync(string rules, RedisEngineOptions? options = null)
    {
        var user = $"user-{Guid.NewGuid():N}";
        await Client.ExecuteAsync("ACL", ["SETUSER", user, "on", ">secret", "~*", "&*", .. rules.Split(' ')]);
        var configuration = Configuration;
        (configuration.User, configuration.Password) = (user, "secret");
        return RedisStreamEngine.Connect(configuration, options);
    }

    /// <summary>Makes the group, and cancels a read of it that waits at the server.</summary>
    protected async Task<Exception> CancelReadAsync(RedisStreamEngine engine)
    {
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        using var source = new CancellationTokenSource();
        var read = engine.ReadGroupAsync(ReadFor(Stream, "a"), source.Token).AsTask();
        await BlockedAsync();
        await source.CancelAsync();
        return await Assert.ThrowsAnyAsync<Exception>(() => read);
    }

    protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var end = new CancellationTokenSource(Patience, TimeProvider.System);
        while (!await condition())
            await Task.Delay(Poll, TimeProvider.System, end.Token);
    }
}
