using StackExchange.Redis;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>
/// The rival: a loop written by hand over StackExchange.Redis. A sliding window of awaited publishes; reads of a thousand, the next under way
/// while this one is handled; one XACK a batch, or for the naive one an XACK awaited after each message.
/// </summary>
internal sealed class ClientLoop : IRemoteLoop
{
    private const int ReadCount = 1000;
    private const string Consumer = "one";

    private static readonly RedisValue s_field = "data";

    private readonly ConnectionMultiplexer _connection;
    private readonly IDatabase _database;
    private readonly RedisKey _stream;
    private readonly Payload _payload;
    private readonly bool _acknowledgesEach;
    private readonly SlidingWindow<RedisValue> _window = new();

    private ClientLoop(ConnectionMultiplexer connection, string stream, Payload payload, bool acknowledgesEach) =>
        (_connection, _database, _stream, _payload, _acknowledgesEach) = (connection, connection.GetDatabase(), stream, payload, acknowledgesEach);

    public static async Task<ClientLoop> StartAsync(OwnServer server, string stream, Payload payload, bool acknowledgesEach = false)
    {
        await server.Database.StreamCreateConsumerGroupAsync(stream, RemoteRun.Group, "0-0");
        return new(await ConnectionMultiplexer.ConnectAsync(server.Configuration), stream, payload, acknowledgesEach);
    }

    public async Task PublishAsync(int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            await _window.OldestAsync();
            _window.Sent(new(_database.StreamAddAsync(_stream, s_field, _payload.Make(i))));
        }
        await _window.AllAsync();
    }

    public async Task ConsumeAsync(int messages)
    {
        var next = ReadAsync();
        var acknowledged = Task.CompletedTask;
        for (var handled = 0; handled < messages;)
        {
            var entries = await next;
            handled += entries.Length;
            if (handled < messages)
                next = ReadAsync();
            if (entries.Length == 0)
                continue;
            if (_acknowledgesEach)
                await HandleAndAcknowledgeEachAsync(entries);
            else
                await (Interlocked.Exchange(ref acknowledged, HandleAndAcknowledgeAsync(entries)));
        }
        await acknowledged;
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private Task<StreamEntry[]> ReadAsync() => _database.StreamReadGroupAsync(_stream, RemoteRun.Group, Consumer, StreamPosition.NewMessages, ReadCount);

    private Task<long> HandleAndAcknowledgeAsync(StreamEntry[] entries)
    {
        var ids = new RedisValue[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            Handle(entries[i]);
            ids[i] = entries[i].Id;
        }
        return _database.StreamAcknowledgeAsync(_stream, RemoteRun.Group, ids);
    }

    private async Task HandleAndAcknowledgeEachAsync(StreamEntry[] entries)
    {
        foreach (var entry in entries)
        {
            Handle(entry);
            await _database.StreamAcknowledgeAsync(_stream, RemoteRun.Group, entry.Id);
        }
    }

    private void Handle(StreamEntry entry) => _payload.Handle(((ReadOnlyMemory<byte>)entry.Values[0].Value).Span);
}
