using StackExchange.Redis;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Connections;

/// <summary>By which entries are appended, in the order of the calls.</summary>
internal interface IAppendConnection
{
    ValueTask<RedisResult> SendAsync(string command, Arguments arguments, CancellationToken cancellation);

    ValueTask<RedisResult> RunAsync(Script script, Arguments keys, Arguments arguments, CancellationToken cancellation);
}
