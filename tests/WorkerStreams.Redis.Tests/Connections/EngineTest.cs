using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>A stream of its own with a group, and a client beside the engine.</summary>
public abstract class EngineTest : IAsyncDisposable
{
    protected static readonly StreamName Group = "g";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20), Poll = TimeSpan.FromMilliseconds(5);

    private readonly ConnectionMultiplexer _client;

    protected EngineTest(RedisServer server)
    {
        server.Require();
        (Server, Stream) = (server, $"{Guid.NewGuid():N}");
        _client = ConnectionMultiplexer.Connect(server.Configuration);
    }

    protected RedisServer Server { get; }

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

    protected async Task<long> CountBlockedAsync() =>
        long.Parse((await Client.InfoAsync("clients")).Single().Single(figure => figure.Key == "blocked_clients").Value, System.Globalization.CultureInfo.InvariantCulture);

    protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var end = new CancellationTokenSource(Deadline, TimeProvider.System);
        while (!await condition())
            await Task.Delay(Poll, TimeProvider.System, end.Token);
    }
}
