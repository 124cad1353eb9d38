using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;

namespace WorkerStreams.Redis.Connections;

/// <summary>By which entries are appended, in the order of the calls.</summary>
internal interface IAppendConnection
{
    /// <summary>XADD. The words are the connection's from now on.</summary>
    ValueTask<StreamEntryId?> AppendAsync(Arguments words, CancellationToken cancellation);

    /// <summary>Runs the script of many appends. Its text goes along each time: a server that did not know it would take what is sent after it first.</summary>
    ValueTask<RedisResult> AppendManyAsync(Arguments keys, Arguments arguments, CancellationToken cancellation);
}
