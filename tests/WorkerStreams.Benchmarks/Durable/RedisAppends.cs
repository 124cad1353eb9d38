using System.Diagnostics;
using StackExchange.Redis;
using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Remote;

namespace WorkerStreams.Benchmarks.Durable;

/// <summary>Publishers on a Redis server that keeps what it is told: each awaits an XADD, all of them over one connection.</summary>
internal sealed class RedisAppends : IContestant, IAsyncDisposable
{
    private static readonly RedisKey s_stream = "orders";
    private static readonly RedisValue s_field = "data", s_payload = Payload200.Bytes;

    private readonly OwnServer _server;
    private readonly int _publishers;

    private RedisAppends(OwnServer server, int publishers) => (_server, _publishers) = (server, publishers);

    /// <param name="fsync">What <c>appendfsync</c> is.</param>
    /// <param name="publishers">How many there are.</param>
    public static async Task<RedisAppends> StartAsync(string fsync, int publishers) =>
        new(await OwnServer.StartAsync("appendonly yes", $"appendfsync {fsync}"), publishers);

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        watch.Stop();
        await _server.Database.KeyDeleteAsync(s_stream);
        watch.Start();
        await Publishers.RunAsync(_publishers, messages, () => new ValueTask<RedisValue>(_server.Database.StreamAddAsync(s_stream, s_field, s_payload)));
        watch.Stop();
        if (await _server.Database.StreamLengthAsync(s_stream) != messages)
            throw new InvalidOperationException("Not every entry was appended once.");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
