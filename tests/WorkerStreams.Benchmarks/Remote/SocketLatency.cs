namespace WorkerStreams.Benchmarks.Remote;

/// <summary>What is left without a client library: XREADGROUP with BLOCK on a socket of its own.</summary>
internal sealed class SocketLatency : ILatencyLoop
{
    private readonly RespSocket _waiting, _other, _acknowledging;
    private readonly string _stream;
    private readonly Payload _payload = new JsonPayload();
    private readonly Task _consuming;
    private volatile bool _stopping;

    private SocketLatency(RespSocket waiting, RespSocket other, RespSocket acknowledging, string stream)
    {
        (_waiting, _other, _acknowledging, _stream) = (waiting, other, acknowledging, stream);
        _consuming = ConsumeAsync();
    }

    public Arrival Arrival { get; } = new();

    public static async Task<SocketLatency> StartAsync(OwnServer server, string stream)
    {
        await server.Database.StreamCreateConsumerGroupAsync(stream, RemoteRun.Group, "0-0");
        return new(
            await RespSocket.ConnectAsync(server.Port), await RespSocket.ConnectAsync(server.Port), await RespSocket.ConnectAsync(server.Port), stream);
    }

    public async Task PublishAsync()
    {
        _other.Begin(5);
        _other.Words("XADD", _stream, "*", "data");
        _other.Word(_payload.Make(0).Span);
        await _other.SendAsync();
        await _other.ReadBulkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _consuming;
        _waiting.Dispose();
        _other.Dispose();
        _acknowledging.Dispose();
    }

    private async Task ConsumeAsync()
    {
        while (!_stopping)
        {
            _waiting.Begin(11);
            _waiting.Words("XREADGROUP", "GROUP", RemoteRun.Group, "one", "COUNT", "1000", "BLOCK", "1000", "STREAMS", _stream, ">");
            await _waiting.SendAsync();
            for (var left = await _waiting.ReadCountAsync(); left > 0; left--)
            {
                var id = await _waiting.ReadEntryAsync(_payload);
                Arrival.Tell();
                _acknowledging.Begin(4);
                _acknowledging.Words("XACK", _stream, RemoteRun.Group);
                _acknowledging.Word(id);
                await _acknowledging.SendAsync();
                await _acknowledging.ReadNumberAsync();
            }
        }
    }
}
