using StackExchange.Redis;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>The rival: XREADGROUP with BLOCK on a connection of its own, over StackExchange.Redis; all else goes by another.</summary>
internal sealed class ClientLatency : ILatencyLoop
{
    // Shorter than the client's patience with an answer.
    private const int BlockMilliseconds = 1000;

    private readonly ConnectionMultiplexer _waiting, _other;
    private readonly string _stream;
    private readonly Payload _payload = new JsonPayload();
    private readonly Task _consuming;
    private volatile bool _stopping;

    private ClientLatency(ConnectionMultiplexer waiting, ConnectionMultiplexer other, string stream)
    {
        (_waiting, _other, _stream) = (waiting, other, stream);
        _consuming = ConsumeAsync();
    }

    public Arrival Arrival { get; } = new();

    public static async Task<ClientLatency> StartAsync(OwnServer server, string stream)
    {
        await server.Database.StreamCreateConsumerGroupAsync(stream, RemoteRun.Group, "0-0");
        var configuration = server.Configuration;
        configuration.Protocol = RedisProtocol.Resp2;
        return new(await ConnectionMultiplexer.ConnectAsync(configuration), await ConnectionMultiplexer.ConnectAsync(configuration), stream);
    }

    public Task PublishAsync() => _other.GetDatabase().StreamAddAsync(_stream, "data", _payload.Make(0));

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _consuming;
        await _waiting.DisposeAsync();
        await _other.DisposeAsync();
    }

    private async Task ConsumeAsync()
    {
        var (reads, acknowledgements) = (_waiting.GetDatabase(), _other.GetDatabase());
        while (!_stopping)
        {
            var reply = await reads.ExecuteAsync(
                "XREADGROUP", "GROUP", RemoteRun.Group, "one", "COUNT", 1000, "BLOCK", BlockMilliseconds, "STREAMS", (RedisKey)_stream, ">");
            if (reply.IsNull)
                continue;
            var entries = (RedisResult[])reply[0][1]!;
            foreach (var entry in entries)
            {
                _payload.Handle((byte[])entry[1][1]!);
                Arrival.Tell();
            }
            await acknowledgements.StreamAcknowledgeAsync(_stream, RemoteRun.Group, [.. entries.Select(entry => (RedisValue)entry[0])]);
        }
    }
}
