using System.Net;
using WorkerStreams.Engine;
using WorkerStreams.Server.Commands;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Sessions;

/// <summary>A client's connection: what it has said about itself, and what its commands need. Its loop alone uses it, but for what is told of it to others.</summary>
internal sealed class Session(RespServer server, long id, ClientConnection connection, ReplyOutput output) : IDisposable
{
    // In bytes.
    private const int MostUnsent = 64 * 1024;

    private const int FewIds = 1024;

    private const int MostWatched = 1000;

    /// <summary>The users there are.</summary>
    public const string DefaultUser = "default", ReadOnlyUser = "readonly";

    // With a client that is to end and does not take its replies.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly NameCache _names = new();
    private readonly long _begun = server.Time.GetTimestamp();
    private StreamEntryId[] _ids = [];
    private EntryFieldsWriter? _fields;
    private (AppendEntry[], AppendResult[])? _oneAppend;
    private bool _isAuthenticated;
    private bool _isSkipping;
    private Held _held;
    private List<Watch>? _watched;
    private long _watchedBytes;

    // Read by others, too.
    private long _lastUsed = server.Time.GetTimestamp();
    private volatile BlockedOn? _blockedOn;
    private volatile bool _isBusy;
    private volatile bool _isSending;
    private volatile bool _isEnded;
    private readonly Lock _waitLock = new();
    private CancellationTokenSource? _wait;
    private bool? _unblockedAsError;
    private ITimer? _cut;

    public RespServer Server { get; } = server;

    public long Id { get; } = id;

    public RequestReader Reader { get; } = new(new(server.Options.MaxRequestBytes));

    public ReplyWriter Reply { get; } = new(output) { MostBytes = server.Options.MaxReplyBytes };

    public ClientInput Input { get; } = new(connection.Input, server.Options.MaxRequestBytes);

    public InProcessStreamEngine Engine => Server.Engine;

    public KeySpace Keys => Server.Keys;

    /// <summary>The time, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => Server.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether the client has yet to tell the password.</summary>
    public bool IsStranger => !_isAuthenticated && Server.Password.IsSet;

    /// <summary>Whether the connection ends once what is written is sent.</summary>
    public bool IsOver { get; set; }

    /// <summary>What SELECT has chosen.</summary>
    public int Database { get; set; }

    /// <summary>What was sent since MULTI; null where there was none.</summary>
    public Transaction? Transaction { get; set; }

    /// <summary>Whether EXEC is carried out: nothing waits and nothing is sent meanwhile.</summary>
    public bool IsExecuting { get; set; }

    /// <summary>Whether the reply to the next command is passed over.</summary>
    public bool SkipsNextReply { get; set; }

    /// <summary>Whether it was ended, though it may not have found out yet.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>What it waits for; null where it does not.</summary>
    public BlockedOn? BlockedOn => _blockedOn;

    /// <summary>Whether it is sent something that it has not taken yet.</summary>
    public bool IsSending => _isSending;

    /// <summary>The number of keys that it watches.</summary>
    public int Watched => _watched?.Count ?? 0;

    /// <summary>Whether it waits for others.</summary>
    public bool IsBlocked => _blockedOn is not null;

    public EndPoint? RemoteAddress => connection.Remote;

    public EndPoint? LocalAddress => connection.Local;

    public byte[] ClientName { get; set; } = [];

    public string LibraryName { get; set; } = "";

    public string LibraryVersion { get; set; } = "";

    public Command? LastCommand { get; set; }

    /// <summary>Since it was made, in seconds.</summary>
    public long Age => (long)Server.Time.GetElapsedTime(_begun).TotalSeconds;

    /// <summary>Since it last sent something, in seconds.</summary>
    public long Idle => (long)IdleTime.TotalSeconds;

    /// <summary>Since it last sent something, or took something it was sent.</summary>
    public TimeSpan IdleTime => Server.Time.GetElapsedTime(Volatile.Read(ref _lastUsed));

    /// <summary>Whether it has said nothing for longer than it may, and what it last said is done; or has taken nothing of what it is sent.</summary>
    public bool IsIdle(TimeSpan limit) => (!_isBusy || _isSending) && IdleTime > limit;

    /// <summary>A writer for one entry, which who uses it leaves empty.</summary>
    public EntryFieldsWriter Fields => _fields ??= new();

    /// <summary>Room for one entry and what becomes of it, until the next command.</summary>
    public (AppendEntry[] Entries, AppendResult[] Results) OneAppend => _oneAppend ??= (new AppendEntry[1], new AppendResult[1]);

    /// <summary>The name of a group or a consumer.</summary>
    public StreamName Name(ReadOnlySpan<byte> bytes) => _names.Get(bytes);

    /// <summary>The name of a key that may be anything.</summary>
    public StreamName AnyKey(ReadOnlySpan<byte> bytes) => Database == 0 ? _names.Get(bytes) : WorkerStreams.Server.Keys.Database.NameOf(Database, bytes);

    /// <summary>The name of a stream.</summary>
    /// <exception cref="CommandException">There is something else under this name.</exception>
    public StreamName Key(ReadOnlySpan<byte> bytes)
    {
        var key = AnyKey(bytes);
        if (Keys.HasValues)
            Keys.CheckStream(key);
        return key;
    }

    /// <summary>Room for ids, until the next command.</summary>
    public Memory<StreamEntryId> Ids(int count)
    {
        if (count > FewIds)
            return new StreamEntryId[count];
        if (_ids.Length < count)
            _ids = new StreamEntryId[Math.Min(FewIds, 2 * count)];
        return _ids.AsMemory(0, count);
    }

    /// <summary>It has sent something.</summary>
    public void Use() => Volatile.Write(ref _lastUsed, Server.Time.GetTimestamp());

    /// <summary>What it has sent is about to be carried out, or is.</summary>
    public void SetBusy(bool isBusy)
    {
        Use();
        _isBusy = isBusy;
    }

    /// <summary>Whether it may change nothing.</summary>
    public bool IsReadOnly { get; private set; }

    /// <summary>Who it is.</summary>
    public string User => IsReadOnly ? ReadOnlyUser : DefaultUser;

    /// <exception cref="CommandException">The user or the password is wrong.</exception>
    public void Authenticate(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        var (isDefault, isReadOnly) = (user.SequenceEqual("default"u8), user.SequenceEqual("readonly"u8));
        // Both are compared, so that the time does not tell which user there is.
        if ((!Server.Password.Allows(password) | !isDefault) & (!Server.ReadOnlyPassword.Allows(password) | !isReadOnly | !Server.ReadOnlyPassword.IsSet))
            throw new CommandException("WRONGPASS invalid username-password pair or user is disabled.");
        (_isAuthenticated, IsReadOnly) = (true, isReadOnly);
    }

    /// <summary>As it was when new.</summary>
    public void Reset()
    {
        (Reply.Version, ClientName, _isAuthenticated, IsReadOnly, Database, Transaction) = (2, [], false, false, 0, null);
        Unwatch();
        Mute(false);
    }

    /// <summary>Lets a command in where that takes no waiting.</summary>
    public bool TryEnter(bool alone)
    {
        if (IsExecuting)
            return true;
        if (alone || Keys.HasDue || !Server.Gate.TryEnterShared())
            return false;
        _held = Held.Shared;
        return true;
    }

    /// <summary>Waits until a command is let in.</summary>
    public async ValueTask EnterAsync(bool alone)
    {
        if (alone || Keys.HasDue)
        {
            await Server.EnterAloneAsync();
            _held = Held.Alone;
        }
        else
        {
            await Server.Gate.EnterSharedAsync();
            _held = Held.Shared;
        }
    }

    /// <summary>The command needs the key-space no more. EXEC does until its end.</summary>
    public void Leave()
    {
        if (IsExecuting)
            return;
        var held = _held;
        _held = Held.Nothing;
        if (held == Held.Shared)
            Server.Gate.ExitShared();
        else if (held == Held.Alone)
            Server.ExitAlone();
    }

    /// <summary>Answers with an error.</summary>
    public void Fail(ReadOnlySpan<byte> text)
    {
        Server.Statistics.Told(text);
        Reply.Error(text);
    }

    /// <summary>A command is about to be carried out.</summary>
    public void BeginReply()
    {
        if (!SkipsNextReply)
            return;
        SkipsNextReply = false;
        _isSkipping = Reply.IsMute = true;
    }

    /// <summary>It is carried out.</summary>
    public void EndReply()
    {
        if (_isSkipping)
            Mute(false);
    }

    /// <summary>Whether nothing is answered from now on.</summary>
    public void Mute(bool mute) => (_isSkipping, SkipsNextReply, Reply.IsMute) = (false, false, mute);

    /// <summary>Remembers what a key is now.</summary>
    /// <exception cref="CommandException">Too many are remembered, or their names are too long together.</exception>
    public void Watch(StreamName key)
    {
        _watched ??= [];
        if (_watched.Exists(watch => watch.Key == key))
            return;
        if (_watched.Count >= MostWatched)
            throw new CommandException("ERR too many keys are watched");
        if (_watchedBytes + key.Bytes.Length > Server.Options.MaxRequestBytes)
            throw new CommandException("ERR the names of the keys that are watched are longer than a command may be");
        _watched.Add(Keys.Watch(key));
        _watchedBytes += key.Bytes.Length;
    }

    public void Unwatch()
    {
        _watched?.ForEach(static watch => watch.Dispose());
        (_watched, _watchedBytes) = (null, 0);
    }

    /// <summary>Whether any watched key is not what it was.</summary>
    public bool HasWatchedChange => _watched is not null && _watched.Exists(static watch => watch.HasChanged);

    /// <summary>Ends the connection, where the client itself has asked for it once it is answered.</summary>
    public void End(Session by)
    {
        if (by == this)
            IsOver = true;
        else
            End();
    }

    /// <summary>Ends the connection in order: the client reads an end. One that does not take what it is sent is cut off.</summary>
    public void End()
    {
        _isEnded = true;
        var cut = Server.Time.CreateTimer(static connection => ((ClientConnection)connection!).Abort(), connection, Patience, Timeout.InfiniteTimeSpan);
        if (Interlocked.CompareExchange(ref _cut, cut, null) is not null)
            cut.Dispose();
        // Nothing is taken for it any more.
        connection.End();
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort()
    {
        _isEnded = true;
        connection.Abort();
        // At once, so that nothing is taken for it any more.
        lock (_waitLock)
        {
            if (IsBlocked)
                _wait?.Cancel();
        }
    }

    /// <summary>Ends its wait, if it waits.</summary>
    /// <param name="asError">Whether it is told so, or as if time had run out.</param>
    public bool TryUnblock(bool asError)
    {
        lock (_waitLock)
        {
            if (!IsBlocked || _wait is null)
                return false;
            _unblockedAsError = asError;
            _wait.Cancel();
            return true;
        }
    }

    /// <summary>Whether there is such a group.</summary>
    public async ValueTask<bool> HasGroupAsync(StreamName key, StreamName group) => await FindGroupAsync(key, group) == true;

    /// <summary>Whether there is such a group; null where there is no such stream.</summary>
    public async ValueTask<bool?> FindGroupAsync(StreamName key, StreamName group)
    {
        try
        {
            return (await Engine.GetGroupsAsync(key)).Any(there => there.Name == group);
        }
        catch (StreamEngineException missing) when (missing.Code == StreamErrorCode.NoStream)
        {
            return null;
        }
    }

    /// <summary>Reads, and where that waits, first sends what was answered before. A client that goes away ends it.</summary>
    public ValueTask<EntryBatch> ReadAsync(ReadRequest request)
    {
        var until = request.Block is null ? CancellationToken.None : BeginWait();
        var read = request is ReadGroupRequest group ? Engine.ReadGroupAsync(group, until) : Engine.ReadAsync(request, until);
        return read.IsCompleted || request.Block is null ? read : WaitAsync(request, read);
    }

    /// <summary>Sends what is written.</summary>
    /// <returns>Whether the client still takes it.</returns>
    public async ValueTask<bool> SendAsync()
    {
        Reply.Written = 0;
        Use();
        _isSending = true;
        bool isTaken;
        do
        {
            isTaken = !(await output.FlushAsync()).IsCompleted;
            Use();
        }
        while (isTaken && output.HasMore());
        _isSending = false;
        return isTaken;
    }

    /// <summary>Whether so much is written that the client has to take it before more is.</summary>
    public bool HasMuchToSend => Reply.Written > Math.Min(MostUnsent, Reply.MostBytes / 2) && !IsExecuting;

    /// <summary>Sends what is written once that is much.</summary>
    /// <exception cref="OperationCanceledException">The client takes no more.</exception>
    public ValueTask SendIfMuchAsync() => HasMuchToSend ? SendOrEndAsync() : default;

    public void Dispose()
    {
        Reader.Dispose();
        Unwatch();
        _cut?.Dispose();
        lock (_waitLock)
            _wait?.Dispose();
    }

    /// <summary>Waits for what only others can bring. They are let in meanwhile.</summary>
    /// <param name="wait">Ends by the token that <see cref="BeginWait"/> gave, too. What it brings is disposed of, where that can be, if the client has gone by then.</param>
    /// <param name="on">What it waits for.</param>
    /// <param name="timedOut">What stands for a wait that CLIENT UNBLOCK ends as if time had run out.</param>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    /// <exception cref="CommandException">The wait was ended by CLIENT UNBLOCK.</exception>
    public async ValueTask<TResult> WaitAsync<TResult>(ValueTask<TResult> wait, BlockedOn on, TResult timedOut)
    {
        Leave();
        _blockedOn = on;
        var waiting = wait.AsTask();
        try
        {
            return await SendAsync() && await Input.StaysDuringAsync(waiting) && !_isEnded ? await waiting : throw new OperationCanceledException("The client has gone.");
        }
        catch (OperationCanceledException) when (waiting.IsCanceled && !connection.Gone.IsCancellationRequested && _unblockedAsError is { } asError)
        {
            return asError ? throw new CommandException("UNBLOCKED client unblocked via CLIENT UNBLOCK") : timedOut;
        }
        catch
        {
            lock (_waitLock)
                _wait!.Cancel();
            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (waiting.IsCompletedSuccessfully)
                (waiting.Result as IDisposable)?.Dispose();
            throw;
        }
        finally
        {
            _blockedOn = null;
        }
    }

    /// <summary>Ends when the client goes, and by CLIENT UNBLOCK.</summary>
    public CancellationToken BeginWait()
    {
        lock (_waitLock)
        {
            _unblockedAsError = null;
            if (_wait is { IsCancellationRequested: true })
            {
                _wait.Dispose();
                _wait = null;
            }
            _wait ??= CancellationTokenSource.CreateLinkedTokenSource(connection.Gone);
            return _wait.Token;
        }
    }

    private async ValueTask SendOrEndAsync()
    {
        // Who takes his time is not to keep others out.
        Leave();
        if (!await SendAsync())
            throw new OperationCanceledException("The client takes no more.");
    }

    private async ValueTask<EntryBatch> WaitAsync(ReadRequest request, ValueTask<EntryBatch> read)
    {
        try
        {
            return await WaitAsync(read, new([.. request.Streams.Select(static position => position.Stream)], EndsWithKey: request is ReadGroupRequest), EntryBatch.Empty);
        }
        catch (StreamEngineException gone) when (gone.Code == StreamErrorCode.NoGroup)
        {
            // The key may be something else by now.
            await EnterAsync(alone: false);
            foreach (var (stream, _) in request.Streams)
                Keys.CheckStream(stream);
            throw;
        }
    }

    private enum Held
    {
        Nothing,
        Shared,
        Alone,
    }
}
