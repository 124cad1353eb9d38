using StackExchange.Redis;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Connections;

/// <summary>The connection that all commands share which do not wait. They are pipelined in the order of the calls.</summary>
internal sealed class RedisConnection(IConnectionMultiplexer multiplexer) : IAppendConnection
{
    private readonly IDatabase _database = multiplexer.GetDatabase();
    private readonly RoleCheck _roles = new(multiplexer);

    /// <summary>
    /// Sends a command, unless it is cancelled before. Then its answer is waited for, as long as the client's time-out allows: who turned away would not know
    /// what was done, or delivered.
    /// </summary>
    public async ValueTask<RedisResult> SendAsync(string command, Arguments arguments, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return await ExecuteAsync(command, arguments);
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw _roles.Seen(translated);
        }
    }

    /// <summary>Runs a script on keys of one slot. One that the server does not know yet, or no more, is sent along.</summary>
    public async ValueTask<RedisResult> RunAsync(Script script, Arguments keys, Arguments arguments, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Arguments words = [script.Hash, keys.Count, .. keys, .. arguments];
        try
        {
            try
            {
                return await ExecuteAsync("EVALSHA", words);
            }
            catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                return await ExecuteAsync("EVAL", [script.Text, .. words.Skip(1)]);
            }
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw _roles.Seen(translated);
        }
    }

    // A replica's answer would be old, and what a replica refuses is no news.
    private Task<RedisResult> ExecuteAsync(string command, Arguments arguments) => _database.ExecuteAsync(command, arguments, CommandFlags.DemandMaster);
}
