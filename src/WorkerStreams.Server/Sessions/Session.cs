using System.IO.Pipelines;
using System.Net;
using WorkerStreams.Engine;
using WorkerStreams.Server.Commands;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Sessions;

/// <summary>A client's connection: what it has said about itself, and what its commands need. Its loop alone uses it, but for what is told of it to others.</summary>
internal sealed class Session(RespServer server, long id, PipeWriter output, CancellationToken gone) : IDisposable
{
    // In bytes.
    private const int MostUnsent = 64 * 1024;

    private const int FewIds = 1024;

    private readonly NameCache _names = new();
    private readonly long _begun = server.Time.GetTimestamp();
    private StreamEntryId[] _ids = [];
    private EntryFieldsWriter? _fields;
    private bool _isAuthenticated;

    // Read by others, too.
    private long _lastUsed = server.Time.GetTimestamp();
    private volatile bool _isBlocked;

    public RespServer Server { get; } = server;

    public long Id { get; } = id;

    public RequestReader Reader { get; } = new(new(server.Options.MaxRequestBytes));

    public ReplyWriter Reply { get; } = new(output);

    public InProcessStreamEngine Engine => Server.Engine;

    public IKeySpace Keys => Server.Engine;

    /// <summary>The time, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => Server.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether the client has yet to tell the password.</summary>
    public bool IsStranger => !_isAuthenticated && Server.Password.IsSet;

    /// <summary>Whether the connection ends once what is written is sent.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether it waits for entries.</summary>
    public bool IsBlocked => _isBlocked;

    public EndPoint? RemoteAddress { get; init; }

    public EndPoint? LocalAddress { get; init; }

    public byte[] ClientName { get; set; } = [];

    public string LibraryName { get; set; } = "";

    public string LibraryVersion { get; set; } = "";

    public Command? LastCommand { get; set; }

    /// <summary>Since it was made, in seconds.</summary>
    public long Age => (long)Server.Time.GetElapsedTime(_begun).TotalSeconds;

    /// <summary>Since it last sent something, in seconds.</summary>
    public long Idle => (long)Server.Time.GetElapsedTime(Volatile.Read(ref _lastUsed)).TotalSeconds;

    /// <summary>A writer for one entry, which who uses it leaves empty.</summary>
    public EntryFieldsWriter Fields => _fields ??= new();

    public StreamName Name(ReadOnlySpan<byte> bytes) => _names.Get(bytes);

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

    /// <exception cref="CommandException">The user or the password is wrong.</exception>
    public void Authenticate(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        if (!Server.Password.Allows(password) | !user.SequenceEqual("default"u8))
            throw new CommandException("WRONGPASS invalid username-password pair or user is disabled.");
        _isAuthenticated = true;
    }

    /// <summary>As it was when new.</summary>
    public void Reset() => (Reply.Version, ClientName, _isAuthenticated) = (2, [], false);

    /// <summary>Whether there is such a group.</summary>
    public async ValueTask<bool> HasGroupAsync(StreamName key, StreamName group) =>
        await Keys.ExistsAsync(key) && (await Engine.GetGroupsAsync(key)).Any(there => there.Name == group);

    /// <summary>Reads, and where that waits, first sends what was answered before. A client that goes away ends it.</summary>
    public ValueTask<EntryBatch> ReadAsync(ReadRequest request)
    {
        var until = request.Block is null ? CancellationToken.None : gone;
        var read = request is ReadGroupRequest group ? Engine.ReadGroupAsync(group, until) : Engine.ReadAsync(request, until);
        return read.IsCompleted ? read : WaitAsync(read);
    }

    /// <summary>Sends what is written.</summary>
    /// <returns>Whether the client still takes it.</returns>
    public async ValueTask<bool> SendAsync()
    {
        Reply.Written = 0;
        return !(await output.FlushAsync()).IsCompleted;
    }

    /// <summary>Whether so much is written that the client has to take it before more is.</summary>
    public bool HasMuchToSend => Reply.Written > MostUnsent;

    /// <summary>Sends what is written once that is much.</summary>
    /// <exception cref="OperationCanceledException">The client takes no more.</exception>
    public ValueTask SendIfMuchAsync() => HasMuchToSend ? SendOrEndAsync() : default;

    public void Dispose() => Reader.Dispose();

    private async ValueTask SendOrEndAsync()
    {
        if (!await SendAsync())
            throw new OperationCanceledException("The client takes no more.");
    }

    private async ValueTask<EntryBatch> WaitAsync(ValueTask<EntryBatch> read)
    {
        _isBlocked = true;
        try
        {
            await SendAsync();
            return await read;
        }
        finally
        {
            _isBlocked = false;
        }
    }
}
