using System.Collections.Concurrent;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Commands;

/// <summary>Consumers' names: a companion of the stream, a hash, tells who holds them.</summary>
internal static class NameCommands
{
    // As settlements look there each time. A few, as a host consumes few streams.
    private static readonly ConcurrentDictionary<StreamName, StreamName> Known = new();

    /// <summary>The key of the holders.</summary>
    public static StreamName HoldersOf(StreamName stream) => Known.GetOrAdd(stream, static stream => stream.Companion("holders"));

    /// <summary>The stream, and where a holder is named the key of the holders.</summary>
    public static Arguments KeysOf(StreamName stream, StreamName holder)
    {
        var keys = new Arguments().Key(stream);
        return holder.IsEmpty ? keys : keys.Key(HoldersOf(stream));
    }

    public static async ValueTask<HoldResult> HoldAsync(RedisConnection connection, HoldRequest request, CancellationToken cancellation)
    {
        var arguments = new Arguments().Name(request.Group).Name(request.Consumer).Name(request.Holder).AtLeast(request.Duration).AtLeast(request.Lease).Name(request.Instead);
        var reply = await connection.RunAsync(Script.Hold, KeysOf(request.Stream), arguments, cancellation);
        return new(
            StreamsReply.NameOf(reply[0]),
            TimeSpan.FromMilliseconds((long)reply[1]),
            Array.ConvertAll((long[])reply[2]!, static lease => TimeSpan.FromMilliseconds(lease)));
    }

    public static async ValueTask<bool> LeaveAsync(
        RedisConnection connection, StreamName stream, StreamName group, StreamName consumer, StreamName holder, CancellationToken cancellation) =>
        (long)await connection.RunAsync(Script.Leave, KeysOf(stream), new Arguments().Name(group).Name(consumer).Name(holder), cancellation) > 0;

    public static async ValueTask<IReadOnlyList<StreamName>> CollectAsync(
        RedisConnection connection, StreamName stream, StreamName group, TimeSpan minIdle, CancellationToken cancellation)
    {
        var reply = await connection.RunAsync(Script.Collect, KeysOf(stream), new Arguments().Name(group).AtLeast(minIdle), cancellation);
        return [.. Enumerable.Range(0, Math.Max(0, reply.Length)).Select(index => StreamsReply.NameOf(reply[index]))];
    }

    private static Arguments KeysOf(StreamName stream) => new Arguments().Key(stream).Key(HoldersOf(stream));
}
