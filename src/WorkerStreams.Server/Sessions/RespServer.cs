using System.Collections.Concurrent;
using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Server.Commands;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Sessions;

/// <summary>Serves clients, whatever carries their bytes: reads their commands, carries out all that have come before it sends their replies, and knows who is there.</summary>
internal sealed class RespServer : IDisposable
{
    // Who are told at once that there are too many clients; others are told nothing, so that there is no end of connections for them.
    private const int MostSentAway = 100;

    // How often it is looked for clients that have said nothing for too long.
    private const int LooksPerLimit = 10;

    private static readonly Dispatcher Dispatcher = new(CommandTable.Standard);

    private readonly ConcurrentDictionary<long, Session> _sessions = [];
    private readonly long _begun;
    private readonly ExpiryTimer _expiry;
    private readonly ITimer? _idle;
    private long _lastId;
    private long _received;
    private long _rejected;
    private int _count;
    private int _sendingAway;
    private ReadHold? _hold;

    public RespServer(InProcessStreamEngine engine, RespListenerOptions options, TimeProvider time)
    {
        (Engine, Options, Time, _begun, Began) = (engine, options, time, time.GetTimestamp(), time.GetUtcNow());
        Keys = new(engine, time, options.MaxValueBytes);
        (Password, ReadOnlyPassword) = (new(options.Password), new(options.ReadOnlyPassword));
        _expiry = new(time, () => _ = RemoveDueAsync());
        if (options.IdleTimeout is { } limit)
            _idle = time.CreateTimer(_ => EndIdle(limit), null, limit / LooksPerLimit, limit / LooksPerLimit);
    }

    public InProcessStreamEngine Engine { get; }

    /// <summary>All keys, the engine's streams among them.</summary>
    public KeySpace Keys { get; }

    /// <summary>Lets one large dump be made at a time.</summary>
    public SemaphoreSlim LargeDump { get; } = new(1);

    /// <summary>Lets commands in.</summary>
    public CommandGate Gate { get; } = new();

    public CommandStatistics Statistics { get; } = new();

    public RespListenerOptions Options { get; }

    public TimeProvider Time { get; }

    public PasswordCheck Password { get; }

    /// <summary>Of the user who may change nothing.</summary>
    public PasswordCheck ReadOnlyPassword { get; }

    /// <summary>The port that is listened on. Set before the first client comes.</summary>
    public int Port { get; set; }

    public TimeSpan Uptime => Time.GetElapsedTime(_begun);

    /// <summary>When it began.</summary>
    public DateTimeOffset Began { get; }

    /// <summary>The clients that are there, by their numbers.</summary>
    public IEnumerable<Session> Sessions => _sessions.Values.Where(static session => !session.IsEnded).OrderBy(static session => session.Id);

    /// <summary>The client with this number, if it is there.</summary>
    public Session? Find(long id) => _sessions.GetValueOrDefault(id);

    public int Count => Volatile.Read(ref _count);

    /// <summary>The clients that have come.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Those of them that were sent away, for there were too many.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Waits until no command is carried out, and keeps others out. What is due has gone then, if the engine lets it, and nobody who waits is served until the end.</summary>
    public async ValueTask EnterAloneAsync()
    {
        await Gate.EnterAloneAsync();
        _hold = Engine.HoldReads();
        try
        {
            await Keys.RemoveDueAsync();
        }
        catch
        {
            ExitAlone();
            throw;
        }
    }

    /// <summary>Serves who waits, and lets others in.</summary>
    public void ExitAlone()
    {
        _hold!.Dispose();
        Keys.Waits.Serve(Keys);
        _expiry.Set(Keys.NextExpiry);
        Gate.ExitAlone();
    }

    public void Dispose()
    {
        _expiry.Dispose();
        _idle?.Dispose();
        LargeDump.Dispose();
    }

    /// <summary>Counts a client that comes.</summary>
    /// <returns>False where there are too many. Otherwise <see cref="Dismiss"/> has to follow once it holds nothing any more.</returns>
    public bool TryAdmit()
    {
        Interlocked.Increment(ref _received);
        if (Interlocked.Increment(ref _count) <= Options.MaxClients)
            return true;
        Interlocked.Decrement(ref _count);
        Interlocked.Increment(ref _rejected);
        return false;
    }

    public void Dismiss() => Interlocked.Decrement(ref _count);

    /// <summary>Serves a client until it goes, breaks the protocol, or is to go; or sends it away, where there are too many.</summary>
    public async Task ServeAsync(ClientConnection connection)
    {
        if (!TryAdmit())
        {
            await SendAwayAsync(connection);
            return;
        }
        try
        {
            await ServeAdmittedAsync(connection);
        }
        finally
        {
            Dismiss();
        }
    }

    /// <summary>Serves a client that is counted.</summary>
    public async Task ServeAdmittedAsync(ClientConnection connection)
    {
        using var output = new ReplyOutput(connection.Output);
        using var session = new Session(this, Interlocked.Increment(ref _lastId), connection, output);
        try
        {
            _sessions[session.Id] = session;
            await ServeAsync(session);
        }
        catch (OperationCanceledException)
        {
            // It waited, or was being answered, and has gone.
        }
        finally
        {
            _sessions.TryRemove(session.Id, out _);
            await session.Input.EndAsync();
            await connection.CloseAsync();
        }
    }

    private async Task SendAwayAsync(ClientConnection connection)
    {
        try
        {
            if (Interlocked.Increment(ref _sendingAway) > MostSentAway)
            {
                connection.Abort();
                return;
            }
            new ReplyWriter(connection.Output).Error("ERR max number of clients reached"u8);
            await connection.Output.FlushAsync();
            await connection.CloseAsync();
        }
        finally
        {
            Interlocked.Decrement(ref _sendingAway);
        }
    }

    private void EndIdle(TimeSpan limit)
    {
        foreach (var session in _sessions.Values)
        {
            if (!session.IsIdle(limit))
                continue;
            if (session.IsSending)
                session.Abort();
            else if (!session.IsEnded)
                session.End();
        }
    }

    private async Task RemoveDueAsync()
    {
        await EnterAloneAsync();
        ExitAlone();
    }

    private static async Task ServeAsync(Session session)
    {
        while (!session.IsOver && !session.IsEnded)
        {
            var received = await session.Input.ReadAsync();
            if (received.IsCanceled)
                return;
            session.Use();
            session.Reader.Append(received.Buffer);
            session.Input.Took(received);
            session.SetBusy(true);
            await ExecuteAsync(session);
            session.SetBusy(false);
            if (!await session.SendAsync() || received.IsCompleted)
                return;
            session.Reader.Release();
        }
    }

    /// <summary>Carries out all commands that have come.</summary>
    /// <exception cref="OperationCanceledException">The client takes no more replies.</exception>
    private static async ValueTask ExecuteAsync(Session session)
    {
        while (!session.IsOver && !session.IsEnded)
        {
            var status = session.Reader.Read(session.IsStranger);
            if (status == ReadStatus.Incomplete)
                return;
            if (status == ReadStatus.Broken)
            {
                session.Reply.Error(Encoding.Latin1.GetBytes(session.Reader.Error));
                session.IsOver = true;
            }
            else if (session.Reader.Request is { Count: > 0 } request)
            {
                if (ForeignProtocol.Speaks(request))
                {
                    session.IsOver = true;
                    return;
                }
                session.BeginReply();
                var task = Dispatcher.ExecuteAsync(session, request);
                if (!task.IsCompletedSuccessfully)
                    await task;
                session.EndReply();
                if (session.Reply.IsTooLong)
                {
                    session.IsOver = true;
                    session.Abort();
                    return;
                }
                if (session.HasMuchToSend && session.IsStranger)
                    session.IsOver = true;
                await session.SendIfMuchAsync();
            }
        }
    }
}
