using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Connections;

/// <summary>By which entries are appended, in the order of the calls.</summary>
internal interface IAppendConnection
{
    /// <summary>XADD. The words are the connection's from now on.</summary>
    ValueTask<StreamEntryId?> AppendAsync(Arguments words, CancellationToken cancellation);

    ValueTask<RedisResult> RunAsync(Script script, Arguments keys, Arguments arguments, CancellationToken cancellation);
}
