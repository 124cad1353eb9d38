using System.Net;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;

namespace WorkerStreams.Redis.Connections;

/// <summary>A connection on which one read waits.</summary>
internal sealed class BlockingConnection : IDisposable
{
    // A cancelled read asks the server to end it. Where that takes longer, it goes on without anyone who waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3), Again = TimeSpan.FromMilliseconds(20);

    private readonly IConnectionMultiplexer _multiplexer;
    private readonly BlockingConnections _owner;

    // The connection's own id at a server, which changes when it connects anew.
    private volatile ConnectionId? _id;

    public BlockingConnection(IConnectionMultiplexer multiplexer, BlockingConnections owner)
    {
        (_multiplexer, _owner) = (multiplexer, owner);
        multiplexer.ConnectionFailed += (_, _) => _id = null;
    }

    /// <summary>
    /// Sends a read with BLOCK and gives the connection back when it has ended. When cancelled meanwhile, the server is asked to end it, by CLIENT UNBLOCK,
    /// and it returns what was delivered before, or nothing. Where the server does not do that, it is left to itself: it may still be delivered something.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled, and the read was left to itself.</exception>
    public async Task<RedisResult> ReadAsync(string command, Arguments words, StreamName stream, CancellationToken cancellation)
    {
        var (client, reply) = Send(command, words, stream);
        _ = GiveBackAsync(client, reply);
        try
        {
            try
            {
                return await reply.WaitAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return reply.IsCompleted || await EndAsync(client, reply, stream) ? await reply : throw new OperationCanceledException(cancellation);
            }
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw translated;
        }
    }

    public void Dispose()
    {
        // Not to wait for the read to end by itself.
        _multiplexer.Close(allowCommandsToComplete: false);
        _multiplexer.Dispose();
    }

    private (Task<RedisResult> Client, Task<RedisResult> Reply) Send(string command, Arguments words, StreamName stream)
    {
        try
        {
            var server = PrimaryServer.Of(_multiplexer, stream.Bytes.ToArray());
            if (_id is not { } id || !server.EndPoint.Equals(id.Server))
                _id = id = new(server.EndPoint, server.ExecuteAsync("CLIENT", ["ID"]));
            return (id.Reply, server.ExecuteAsync(command, words.Boxed()));
        }
        catch (Exception error)
        {
            return (Task.FromException<RedisResult>(error), Task.FromException<RedisResult>(error));
        }
    }

    // Whether the read has ended.
    private async Task<bool> EndAsync(Task<RedisResult> client, Task<RedisResult> reply, StreamName stream)
    {
        var begun = TimeProvider.System.GetTimestamp();
        try
        {
            var id = (long)await client.WaitAsync(Patience);
            var control = PrimaryServer.Of(await _owner.GetControlAsync(), stream.Bytes.ToArray());
            do
            {
                // It may not have got so far as to block.
                await control.ExecuteAsync("CLIENT", "UNBLOCK", id).WaitAsync(Patience);
                await Task.WhenAny(reply, Task.Delay(Again, TimeProvider.System));
            }
            while (!reply.IsCompleted && TimeProvider.System.GetElapsedTime(begun) < Patience);
        }
        catch (RedisServerException)
        {
            // Whoever may not use CLIENT waits until the read ends by itself.
            _owner.EndsReads = false;
        }
        catch (Exception)
        {
            // So does whoever gets no answer.
        }
        return reply.IsCompleted;
    }

    private async Task GiveBackAsync(Task client, Task<RedisResult> reply)
    {
        await client.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (client is { IsFaulted: true, Exception.InnerException: RedisServerException })
            _owner.EndsReads = false;
        try
        {
            await reply;
            _owner.Return(this);
        }
        catch (RedisServerException refused) when (!refused.Message.StartsWith("READONLY ", StringComparison.Ordinal))
        {
            _owner.Return(this);
        }
        catch (Exception)
        {
            // It may still wait at the server, and be delivered something: the sooner that is over the better. Or it has taken for the primary what is none any more.
            _owner.Discard(this);
        }
    }

    private sealed record ConnectionId(EndPoint Server, Task<RedisResult> Reply);
}
