using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Connections;

/// <summary>The connection that all commands share which do not wait. They are pipelined in the order of the calls.</summary>
internal sealed class RedisConnection(IConnectionMultiplexer multiplexer) : IAppendConnection
{
    private readonly IDatabase _database = multiplexer.GetDatabase();
    private readonly RoleCheck _roles = new(multiplexer);

    /// <summary>Sends a command, unless it is cancelled before. The words are not needed any more when this returns; errors are the client's own.</summary>
    public Task<RespResult> Execute(string command, Arguments words, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<RespResult>(cancellation);
        try
        {
            // A replica's answer would be old, and what a replica refuses is no news.
            return _database.ExecuteRespAsync(command, words.Words, CommandFlags.DemandMaster);
        }
        catch (Exception error)
        {
            return Task.FromException<RespResult>(error);
        }
    }

    /// <summary>
    /// Sends a command, unless it is cancelled before. Then its answer is waited for, as long as the client's time-out allows: who turned away would not know
    /// what was done, or delivered.
    /// </summary>
    public async ValueTask<RespResult> ReceiveAsync(string command, Arguments words, CancellationToken cancellation)
    {
        try
        {
            return await Execute(command, words, cancellation);
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw _roles.Seen(translated);
        }
    }

    public ValueTask<StreamEntryId?> AppendAsync(Arguments words, CancellationToken cancellation) =>
        new(new AppendReply(Execute("XADD", words, cancellation), this), token: 0);

    /// <summary>Looks at an error that was translated from one of <see cref="Execute"/>, and hands it back.</summary>
    public StreamEngineException Seen(StreamEngineException error) => _roles.Seen(error);

    /// <inheritdoc cref="ReceiveAsync"/>
    public async ValueTask<RedisResult> SendAsync(string command, Arguments words, CancellationToken cancellation)
    {
        using var reply = await ReceiveAsync(command, words, cancellation);
        return reply.Read().ReadRedisResult();
    }

    /// <summary>Runs a script on keys of one slot. One that the server does not know yet, or no more, is sent along.</summary>
    public async ValueTask<RedisResult> RunAsync(Script script, Arguments keys, Arguments arguments, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            using var reply = await RunByHashAsync() ?? await Execute("EVAL", Words(script.Text), CancellationToken.None);
            return reply.Read().ReadRedisResult();
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw _roles.Seen(translated);
        }

        Arguments Words(string name) => new Arguments().Text(name).Number(keys.Count).Options(keys).Options(arguments);

        async Task<RespResult?> RunByHashAsync()
        {
            try
            {
                return await Execute("EVALSHA", Words(script.Hash), CancellationToken.None);
            }
            catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                return null;
            }
        }
    }
}
