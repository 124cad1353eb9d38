using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Replies;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Connections;

/// <summary>
/// A connection for appends that count only when enough replicas have them: WAIT. That holds up whatever is sent after it, so appends have this connection for
/// themselves, and go in rounds: what comes during one is sent with the next, and one WAIT is for all of a round. So an append is answered within two time-outs.
/// </summary>
internal sealed class ReplicatedConnection(Func<Task<IConnectionMultiplexer>> connect, int replicas, TimeSpan timeout, Func<bool>? hasOwnCommands = null) : IAppendConnection, IDisposable
{
    // The reply of WAIT is about the connection that wrote and its server, so none may be redirected.
    private const CommandFlags ThisServer = CommandFlags.DemandMaster | CommandFlags.NoRedirect;
    private const int MostMoves = 3;

    private readonly LazyConnection _connection = new(connect);

    // Set by the first round.
    private volatile RoleCheck? _roles;

    // Guards the fields below.
    private readonly Lock _gate = new();
    private List<Append> _next = [];
    private bool _isRunning;

    public async ValueTask<StreamEntryId?> AppendAsync(Arguments words, CancellationToken cancellation)
    {
        var reply = await AppendAsync(new Append("XADD", words.Boxed()), cancellation);
        return reply.IsNull ? null : EntryReply.IdOf(reply);
    }

    public ValueTask<RedisResult> AppendManyAsync(Arguments keys, Arguments arguments, CancellationToken cancellation) =>
        AppendAsync(
            hasOwnCommands?.Invoke() is true ? new Append(Script.Append.Command, Script.CommandFor(keys, arguments).Boxed()) : new Append("EVAL", Script.Append.TextFor(keys, arguments).Boxed()), cancellation);

    public void Dispose() => _connection.Close();

    private async ValueTask<RedisResult> AppendAsync(Append append, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Add(append);
        try
        {
            return await append.Reply.Task;
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw _roles?.Seen(translated) ?? translated;
        }
    }

    private void Add(Append append)
    {
        lock (_gate)
        {
            _next.Add(append);
            if (_isRunning)
                return;
            _isRunning = true;
        }
        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        while (TryTake(out var round))
        {
            try
            {
                var connection = await _connection.GetAsync();
                _roles ??= new(connection);
                var servers = round.GroupBy(append => PrimaryServer.Of(connection, append.Key).EndPoint);
                await Task.WhenAll(servers.Select(server => SendAsync(connection.GetServer(server.Key), [.. server])));
            }
            catch (Exception error)
            {
                foreach (var append in round)
                    append.Reply.TrySetException(error);
            }
        }
    }

    private bool TryTake(out List<Append> round)
    {
        lock (_gate)
        {
            (round, _next) = (_next, []);
            return _isRunning = round.Count > 0;
        }
    }

    private async Task SendAsync(IServer server, List<Append> round)
    {
        var before = server.ExecuteAsync("CLIENT", ["INFO"], ThisServer);
        var replies = round.ConvertAll(append => server.ExecuteAsync(append.Command, append.Words, ThisServer));
        var wait = server.ExecuteAsync("WAIT", [replicas, (long)timeout.TotalMilliseconds], ThisServer);
        var after = server.ExecuteAsync("CLIENT", ["INFO"], ThisServer);
        var unconfirmed = await ConfirmAsync(before, wait, after);
        for (var i = 0; i < round.Count; i++)
            await CompleteAsync(round[i], replies[i], unconfirmed);
    }

    private async Task<StreamEngineException?> ConfirmAsync(Task<RedisResult> before, Task<RedisResult> wait, Task<RedisResult> after)
    {
        string reason;
        try
        {
            await Task.WhenAll(before, wait, after);
            var count = (long)await wait;
            // A connection made anew between the two has written nothing, which all replicas have.
            var isSame = IdentityOf(await before) == IdentityOf(await after);
            if (count >= replicas && isSame)
                return null;
            reason = isSame ? $"{count} of {replicas} have within {timeout.TotalMilliseconds:0} ms" : "the connection was lost";
        }
        catch (Exception error)
        {
            reason = error.Message;
        }
        return new(StreamErrorCode.Unavailable, $"ERR the primary has it, but not enough replicas have confirmed it (WaitForReplicas, ReplicaTimeout): {reason}", mayHaveTakenEffect: true);
    }

    private async Task CompleteAsync(Append append, Task<RedisResult> reply, StreamEngineException? unconfirmed)
    {
        try
        {
            var result = await reply;
            if (unconfirmed is null)
                append.Reply.TrySetResult(result);
            else
                append.Reply.TrySetException(unconfirmed);
        }
        catch (RedisServerException moved) when (moved.Message.Contains("MOVED", StringComparison.Ordinal) && append.Moves++ < MostMoves)
        {
            Add(append);
        }
        catch (Exception error)
        {
            append.Reply.TrySetException(error);
        }
    }

    // id, addr and laddr: of this connection alone, whatever the server.
    private static string IdentityOf(RedisResult info) => string.Join(' ', ((string)info!).Split(' ').Take(3));

    private sealed record Append(string Command, object[] Words)
    {
        // Set by the rounds, one after the other.
        public int Moves { get; set; }

        public RedisKey Key => Words.OfType<RedisKey>().First();

        public TaskCompletionSource<RedisResult> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
