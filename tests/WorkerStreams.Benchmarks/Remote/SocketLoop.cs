namespace WorkerStreams.Benchmarks.Remote;

/// <summary>What is left without a client library: bytes to a socket and from a socket, one for each direction.</summary>
internal sealed class SocketLoop : IRemoteLoop
{
    private const int Window = 1000, Burst = 100;

    private readonly RespSocket _producer, _consumer;
    private readonly string _stream;
    private readonly byte[] _streamBytes;
    private readonly Payload _payload = new BytesPayload();

    private SocketLoop(RespSocket producer, RespSocket consumer, string stream) =>
        (_producer, _consumer, _stream, _streamBytes) = (producer, consumer, stream, System.Text.Encoding.UTF8.GetBytes(stream));

    public static async Task<SocketLoop> StartAsync(OwnServer server, string stream)
    {
        await server.Database.StreamCreateConsumerGroupAsync(stream, RemoteRun.Group, "0-0");
        return new(await RespSocket.ConnectAsync(server.Port), await RespSocket.ConnectAsync(server.Port), stream);
    }

    public async Task PublishAsync(int messages)
    {
        for (var (sent, stored) = (0, 0); stored < messages;)
        {
            if (sent < messages && sent - stored <= Window - Burst)
            {
                for (var last = Math.Min(messages, sent + Burst); sent < last; sent++)
                    Add(_payload.Make(sent).Span);
                await _producer.SendAsync();
            }
            do
            {
                await _producer.ReadBulkAsync();
                stored++;
            }
            while (stored < sent && _producer.HasReceived);
        }
    }

    public async Task ConsumeAsync(int messages)
    {
        var ids = new List<byte[]>();
        var unanswered = 0;
        Read();
        await _consumer.SendAsync();
        for (var handled = 0; handled < messages;)
        {
            ids.Clear();
            await HandleAsync(ids, messages - handled);
            handled += ids.Count;
            for (; unanswered > 0; unanswered--)
                await _consumer.ReadNumberAsync();
            if (ids.Count == 0)
                continue;
            Acknowledge(ids);
            unanswered++;
            await _consumer.SendAsync();
        }
        await _consumer.ReadNumberAsync();
    }

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        _consumer.Dispose();
        return default;
    }

    private async ValueTask HandleAsync(List<byte[]> ids, int left)
    {
        var count = await _consumer.ReadCountAsync();
        if (count < left)
        {
            Read();
            await _consumer.SendAsync();
        }
        for (var i = 0; i < count; i++)
            ids.Add(await _consumer.ReadEntryAsync(_payload));
    }

    private void Add(ReadOnlySpan<byte> payload)
    {
        _producer.Begin(5);
        _producer.Word("XADD"u8);
        _producer.Word(_streamBytes);
        _producer.Word("*"u8);
        _producer.Word("data"u8);
        _producer.Word(payload);
    }

    private void Read()
    {
        _consumer.Begin(11);
        _consumer.Words("XREADGROUP", "GROUP", RemoteRun.Group, "one", "COUNT", "1000", "BLOCK", "1000", "STREAMS", _stream, ">");
    }

    private void Acknowledge(List<byte[]> ids)
    {
        _consumer.Begin(3 + ids.Count);
        _consumer.Words("XACK", _stream, RemoteRun.Group);
        foreach (var id in ids)
            _consumer.Word(id);
    }
}
