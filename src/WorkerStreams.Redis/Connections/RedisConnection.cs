using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Replies;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Connections;

/// <summary>The connection that all commands share which do not wait. They are pipelined in the order of the calls.</summary>
internal sealed class RedisConnection(IConnectionMultiplexer multiplexer, Func<bool>? hasOwnCommands = null) : IAppendConnection
{
    private readonly IDatabase _database = multiplexer.GetDatabase();
    private readonly RoleCheck _roles = new(multiplexer);

    // Until a server is connected it is not known.
    private volatile ServerKind _kind;

    /// <summary>
    /// Whether replies may be had as they came, by <see cref="ReceiveAsync"/>. In a cluster the client may have to send a command again, to where its slot has gone,
    /// and then it has none of its words any more.
    /// </summary>
    public bool LeasesReplies
    {
        get
        {
            if (_kind == ServerKind.Unknown && Array.Find(multiplexer.GetServers(), static server => server.IsConnected) is { } server)
                _kind = server.ServerType == ServerType.Cluster ? ServerKind.Cluster : ServerKind.Single;
            return _kind == ServerKind.Single;
        }
    }

    /// <summary>Whether the server has commands for what is done by scripts elsewhere.</summary>
    public bool HasOwnCommands => hasOwnCommands?.Invoke() ?? false;

    public ValueTask<StreamEntryId?> AppendAsync(Arguments words, CancellationToken cancellation)
    {
        if (!LeasesReplies)
            return AppendToClusterAsync(words, cancellation);
        var reply = Execute("XADD", words, cancellation);
        words.GiveBack();
        return new(new AppendReply(reply, this), token: 0);
    }

    public ValueTask<RedisResult> AppendManyAsync(Arguments keys, Arguments arguments, CancellationToken cancellation) =>
        HasOwnCommands
            ? SendAsync(Script.Append.Command, Script.CommandFor(keys, arguments), cancellation)
            : SendAsync("EVAL", Script.Append.TextFor(keys, arguments), cancellation);

    /// <summary>Looks at an error that was translated from one of the client's, and hands it back.</summary>
    public StreamEngineException Seen(StreamEngineException error) => _roles.Seen(error);

    /// <summary>
    /// Sends a command, unless it is cancelled before. Then its answer is waited for, as long as the client's time-out allows: who turned away would not know
    /// what was done, or delivered.
    /// </summary>
    public async ValueTask<RedisResult> SendAsync(string command, Arguments words, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return await ExecuteAsync(command, words);
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw _roles.Seen(translated);
        }
    }

    /// <summary>Does as <see cref="SendAsync"/> does, where <see cref="LeasesReplies"/>.</summary>
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

    /// <summary>Runs a script on keys of one slot, or the command that does the same. A script that the server does not know yet, or no more, is sent along.</summary>
    public ValueTask<RedisResult> RunAsync(Script script, Arguments keys, Arguments arguments, CancellationToken cancellation) =>
        RunAsync(script, keys, arguments, HasOwnCommands, cancellation);

    /// <summary>Does as the other does, for who goes by <see cref="HasOwnCommands"/> himself: another server may come in between.</summary>
    public async ValueTask<RedisResult> RunAsync(Script script, Arguments keys, Arguments arguments, bool asCommand, CancellationToken cancellation)
    {
        if (asCommand)
            return await SendAsync(script.Command, Script.CommandFor(keys, arguments), cancellation);
        cancellation.ThrowIfCancellationRequested();
        try
        {
            try
            {
                return await ExecuteAsync("EVALSHA", script.HashFor(keys, arguments));
            }
            catch (RedisServerException error) when (IsUnknownScript(error))
            {
                return await ExecuteAsync("EVAL", script.TextFor(keys, arguments));
            }
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw _roles.Seen(translated);
        }
    }

    /// <summary>Runs a script that replies with a number, as <see cref="RunAsync(Script, Arguments, Arguments, CancellationToken)"/> does; most often with much less made for it.</summary>
    public async ValueTask<long> CountAsync(Script script, Arguments keys, Arguments arguments, CancellationToken cancellation)
    {
        if (LeasesReplies)
        {
            try
            {
                using var reply = await Execute("EVALSHA", script.HashFor(keys, arguments), cancellation);
                return reply.Read().ReadInt64();
            }
            catch (RedisServerException error) when (IsUnknownScript(error))
            {
                // The other way sends it along.
            }
            catch (Exception error) when (RedisError.Translate(error) is { } translated)
            {
                throw _roles.Seen(translated);
            }
        }
        return (long)await RunAsync(script, keys, arguments, cancellation);
    }

    private static bool IsUnknownScript(RedisServerException error) => error.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    private async ValueTask<StreamEntryId?> AppendToClusterAsync(Arguments words, CancellationToken cancellation)
    {
        var id = await SendAsync("XADD", words, cancellation);
        return id.IsNull ? null : EntryReply.IdOf(id);
    }

    // The words are not needed any more when this returns.
    private Task<RespResult> Execute(string command, Arguments words, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<RespResult>(cancellation);
        try
        {
            return _database.ExecuteRespAsync(command, words.Words, CommandFlags.DemandMaster);
        }
        catch (Exception error)
        {
            return Task.FromException<RespResult>(error);
        }
    }

    // A replica's answer would be old, and what a replica refuses is no news.
    private Task<RedisResult> ExecuteAsync(string command, Arguments words) => _database.ExecuteAsync(command, words.Boxed(), CommandFlags.DemandMaster);

    private enum ServerKind
    {
        Unknown,
        Single,
        Cluster,
    }
}
