using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Configuration;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Servers;
using StreamInfo = WorkerStreams.Engine.StreamInfo;

namespace WorkerStreams.Redis;

/// <summary>
/// Streams of a Redis server, 6.2 or later, or Valkey: single, or of a cluster. Safe for any number of threads. Commands share one connection; reads that wait
/// have their own, up to <see cref="RedisEngineOptions.MaxBlockingConnections"/>. Where the server cannot be reached, calls fail with
/// <see cref="StreamErrorCode.Unavailable"/> until the client has connected anew. A read that waits and is cancelled has delivered nothing where the user may use
/// CLIENT; otherwise, and where its answer got lost, what it was delivered stays pending for its consumer. <see cref="ReadRequest.MaxBytes"/> is not heeded.
/// </summary>
public sealed class RedisStreamEngine : IStreamEngine, IDisposable
{
    // Shorter than the client's patience with an answer, which then tells a connection that hangs.
    private static readonly TimeSpan LongestSlice = TimeSpan.FromSeconds(5), AnswerTime = TimeSpan.FromSeconds(5);

    private readonly IConnectionMultiplexer _multiplexer;
    private readonly ConnectionWatch _watch;
    private readonly RedisConnection _shared;
    private readonly BlockingConnections _blocking, _listening;
    private readonly BlockingReads _reads;

    // By which entries are appended where replicas are to confirm them.
    private readonly ReplicatedConnection? _replicated;

    // Ends reads that wait.
    private readonly LazyConnection _control;
    private readonly bool _isOwner;
    private readonly string _user;
    private volatile bool _closed;

    private RedisStreamEngine(IConnectionMultiplexer multiplexer, ConfigurationOptions configuration, RedisEngineOptions? options, ILoggerFactory? loggers, bool isOwner)
    {
        options ??= new();
        (_multiplexer, _isOwner, _shared, _user) = (multiplexer, isOwner, new(multiplexer, HasOwnCommands), configuration.User ?? "default");
        _watch = new(multiplexer, loggers?.CreateLogger(RedisLog.Category) ?? NullLogger.Instance, ServerVersion.Refuse);
        Begin(_watch);
        var own = WithTimeFor(LongestSlice, configuration);
        _control = new(() => isOwner ? Task.FromResult(multiplexer) : ConnectAsync());
        (_blocking, _listening) = (new(ConnectAsync, _control, options.MaxBlockingConnections, LongestSlice), new(ConnectAsync, _control, 1, LongestSlice));
        _reads = new(_blocking, new(_listening), () => multiplexer.GetServers().Any(static server => server.ServerType == ServerType.Cluster));

        if (options.WaitForReplicas > 0)
        {
            var patient = WithTimeFor(options.ReplicaTimeout, configuration);
            _replicated = new(async () => await ConnectionMultiplexer.ConnectAsync(patient), options.WaitForReplicas, options.ReplicaTimeout, HasOwnCommands);
        }

        async Task<IConnectionMultiplexer> ConnectAsync() => await ConnectionMultiplexer.ConnectAsync(own);
    }

    /// <summary>An engine by a connection of its own, which it closes when it is disposed.</summary>
    /// <param name="configuration">The client's settings.</param>
    /// <param name="options">The engine's settings; null stands for the defaults.</param>
    /// <param name="loggers">Where it tells what servers it has, and when their state changes, under the category WorkerStreams.Redis; null is nowhere.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: the server cannot be reached, or is too old.</exception>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static RedisStreamEngine Connect(ConfigurationOptions configuration, RedisEngineOptions? options = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Connect(configuration, options, loggers, origin: "the settings given to Connect");
    }

    /// <summary>An engine by a connection string of the client, such as <c>localhost:6379</c>.</summary>
    /// <inheritdoc cref="Connect(ConfigurationOptions, RedisEngineOptions?, ILoggerFactory?)"/>
    public static RedisStreamEngine Connect(string configuration, RedisEngineOptions? options = null, ILoggerFactory? loggers = null) =>
        Connect(ConfigurationOptions.Parse(configuration), options, loggers);

    /// <summary>
    /// An engine by a connection that the caller keeps and closes. The connections on which reads wait are made by the same settings, callbacks and certificates
    /// included; where it is no <see cref="ConnectionMultiplexer"/> of the client's, by its <see cref="IConnectionMultiplexer.Configuration"/>, which has none.
    /// </summary>
    /// <inheritdoc cref="Connect(ConfigurationOptions, RedisEngineOptions?, ILoggerFactory?)"/>
    public static RedisStreamEngine Connect(IConnectionMultiplexer connection, RedisEngineOptions? options = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        RedisSettings.Check(options);
        return new(connection, ClientSettings.Of(connection), options, loggers, isOwner: false);
    }

    /// <inheritdoc cref="Connect(ConfigurationOptions, RedisEngineOptions?, ILoggerFactory?)"/>
    internal static RedisStreamEngine Connect(ConfigurationOptions configuration, RedisEngineOptions? options, ILoggerFactory? loggers, string origin)
    {
        RedisSettings.Check(options);
        var own = WithClientCommand(configuration);
        using var failures = new ConnectFailures(configuration.LoggerFactory);
        own.LoggerFactory = failures;
        ConnectionMultiplexer? multiplexer = null;
        try
        {
            multiplexer = ConnectionMultiplexer.Connect(own);
            return new(multiplexer, WithClientCommand(configuration), options, loggers, isOwner: true);
        }
        catch (RedisConnectionException error) when (multiplexer is null)
        {
            throw StartFailure.Explain(configuration, [error, .. failures.Seen()], origin);
        }
        catch (Exception error)
        {
            multiplexer?.Dispose();
            if (RedisError.Translate(error) is { } translated)
                throw translated;
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<StreamEntryId?> AppendAsync(StreamName stream, in AppendEntry entry, AppendOptions? options = null, CancellationToken cancellation = default) =>
        AppendCommands.AppendAsync(Appending, stream, entry, Checked(options), cancellation);

    /// <inheritdoc/>
    public ValueTask<StreamEntryId?> AppendOnceAsync(
        StreamName stream, in AppendEntry entry, IdempotencyKey key, AppendOptions? options = null, CancellationToken cancellation = default)
    {
        _watch.Require(ServerAbility.IdempotentAppends, "XADD with IDMP");
        return AppendCommands.AppendOnceAsync(Appending, stream, entry, key, Checked(options), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(
        StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions? options = null, CancellationToken cancellation = default)
    {
        CheckLength(results.Length, entries.Length, nameof(results));
        return AppendCommands.AppendAsync(Appending, stream, entries, results, Checked(options), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<EntryBatch> ReadAsync(ReadRequest request, CancellationToken cancellation = default) =>
        _reads.ReadAsync(Open, request, cancellation);

    /// <inheritdoc/>
    public ValueTask<EntryBatch> ReadGroupAsync(ReadGroupRequest request, CancellationToken cancellation = default)
    {
        if (request.ClaimMinIdle is not null)
            _watch.Require(ServerAbility.ClaimingReads, "XREADGROUP with CLAIM");
        return _reads.ReadAsync(Open, request, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<long> AcknowledgeAsync(StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default) =>
        GroupCommands.AcknowledgeAsync(Open, stream, group, ids, cancellation);

    /// <inheritdoc/>
    public ValueTask AcknowledgeAndDeleteAsync(
        StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes,
        CancellationToken cancellation = default)
    {
        CheckLength(outcomes.Length, ids.Length, nameof(outcomes));
        return DeletionCommands.AcknowledgeAsync(Open, stream, group, ids, references, outcomes, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(SettleRequest request, Memory<SettlementOutcome> outcomes, CancellationToken cancellation = default)
    {
        CheckLength(outcomes.Length, request.Settlements.Length, nameof(outcomes));
        return SettleCommands.SettleAsync(Open, request, outcomes, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<long> NackAsync(NackRequest request, CancellationToken cancellation = default)
    {
        _watch.Require(ServerAbility.NegativeAcknowledgements, "XNACK");
        return GroupCommands.NackAsync(Open, request, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<EntryBatch> ClaimAsync(ClaimRequest request, CancellationToken cancellation = default) =>
        ClaimCommands.ClaimAsync(Open, request, cancellation);

    /// <inheritdoc/>
    public ValueTask<AutoClaimResult> AutoClaimAsync(AutoClaimRequest request, CancellationToken cancellation = default) =>
        ClaimCommands.AutoClaimAsync(Open, request, cancellation);

    /// <inheritdoc/>
    public ValueTask<PendingSummary> GetPendingSummaryAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) =>
        PendingCommands.SummarizeAsync(Open, stream, group, cancellation);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<PendingEntry>> GetPendingAsync(PendingRequest request, CancellationToken cancellation = default) =>
        PendingCommands.ListAsync(Open, request, cancellation);

    /// <inheritdoc/>
    public ValueTask<EntryBatch> RangeAsync(StreamName stream, RangeBound start, RangeBound end, int? count = null, bool reverse = false, CancellationToken cancellation = default) =>
        StreamCommands.RangeAsync(Open, stream, start, end, count, reverse, cancellation);

    /// <inheritdoc/>
    public ValueTask<long> DeleteAsync(StreamName stream, ReadOnlyMemory<StreamEntryId> ids, CancellationToken cancellation = default) =>
        StreamCommands.DeleteAsync(Open, stream, ids, cancellation);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(
        StreamName stream, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes, CancellationToken cancellation = default)
    {
        CheckLength(outcomes.Length, ids.Length, nameof(outcomes));
        return DeletionCommands.DeleteAsync(Open, stream, ids, references, outcomes, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask MoveAsync(MoveRequest request, Memory<StreamEntryId?> newIds, CancellationToken cancellation = default)
    {
        CheckLength(newIds.Length, request.Entries.Length, nameof(newIds));
        return MoveCommands.MoveAsync(Open, request, newIds, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<long> TrimAsync(StreamName stream, StreamTrim trim, CancellationToken cancellation = default) =>
        StreamCommands.TrimAsync(Open, stream, Checked(trim), cancellation);

    /// <inheritdoc/>
    public ValueTask<long> GetLengthAsync(StreamName stream, CancellationToken cancellation = default) =>
        StreamCommands.LengthAsync(Open, stream, cancellation);

    /// <inheritdoc/>
    public ValueTask SetIdAsync(StreamName stream, StreamEntryId lastId, long? entriesAdded = null, StreamEntryId? maxDeletedId = null, CancellationToken cancellation = default) =>
        StreamCommands.SetIdAsync(Open, stream, lastId, entriesAdded, maxDeletedId, cancellation);

    /// <inheritdoc/>
    public ValueTask SetIdempotencyAsync(StreamName stream, TimeSpan? duration = null, int? maxIds = null, CancellationToken cancellation = default)
    {
        _watch.Require(ServerAbility.IdempotentAppends, "XCFGSET");
        return StreamCommands.SetIdempotencyAsync(Open, stream, duration, maxIds, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask RecordIdempotencyAsync(StreamName stream, IdempotencyKey key, StreamEntryId id, CancellationToken cancellation = default)
    {
        _watch.Require(ServerAbility.IdempotencyRecords, "XIDMPRECORD");
        return StreamCommands.RecordIdempotencyAsync(Open, stream, key, id, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteStreamAsync(StreamName stream, CancellationToken cancellation = default) =>
        StreamCommands.DeleteStreamAsync(Open, stream, cancellation);

    /// <inheritdoc/>
    public ValueTask CreateGroupAsync(
        StreamName stream, StreamName group, GroupPosition position, bool createStream = false, long? entriesRead = null, CancellationToken cancellation = default) =>
        GroupCommands.CreateAsync(Open, stream, group, position, createStream, entriesRead, cancellation);

    /// <inheritdoc/>
    public ValueTask SetGroupIdAsync(StreamName stream, StreamName group, GroupPosition position, long? entriesRead = null, CancellationToken cancellation = default) =>
        GroupCommands.SetIdAsync(Open, stream, group, position, entriesRead, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> DestroyGroupAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) =>
        GroupCommands.DestroyAsync(Open, stream, group, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> CreateConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default) =>
        GroupCommands.CreateConsumerAsync(Open, stream, group, consumer, cancellation);

    /// <inheritdoc/>
    public ValueTask<long> DeleteConsumerAsync(StreamName stream, StreamName group, StreamName consumer, CancellationToken cancellation = default) =>
        GroupCommands.DeleteConsumerAsync(Open, stream, group, consumer, cancellation);

    /// <inheritdoc/>
    public ValueTask<HoldResult> HoldConsumerAsync(HoldRequest request, CancellationToken cancellation = default) =>
        NameCommands.HoldAsync(Open, request, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> LeaveConsumerAsync(StreamName stream, StreamName group, StreamName consumer, StreamName holder, CancellationToken cancellation = default) =>
        NameCommands.LeaveAsync(Open, stream, group, consumer, holder, cancellation);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StreamName>> CollectConsumersAsync(StreamName stream, StreamName group, TimeSpan minIdle, CancellationToken cancellation = default) =>
        NameCommands.CollectAsync(Open, stream, group, minIdle, cancellation);

    /// <inheritdoc/>
    public ValueTask<StreamInfo> GetStreamInfoAsync(StreamName stream, CancellationToken cancellation = default) =>
        InfoCommands.StreamAsync(Open, stream, cancellation);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<GroupInfo>> GetGroupsAsync(StreamName stream, CancellationToken cancellation = default) =>
        InfoCommands.GroupsAsync(Open, stream, cancellation);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ConsumerInfo>> GetConsumersAsync(StreamName stream, StreamName group, CancellationToken cancellation = default) =>
        InfoCommands.ConsumersAsync(Open, stream, group, cancellation);

    /// <inheritdoc/>
    public string? Outage => _closed ? "the engine is closed" : _watch.Outage;

    /// <inheritdoc/>
    public ValueTask CheckAsync(
        IReadOnlyCollection<(StreamName Stream, StreamName Group)> consumed, IReadOnlyCollection<StreamName> published, CancellationToken cancellation = default) =>
        Outage is null ? PermissionCheck.RunAsync(Open, _user, _replicated is not null, consumed, published, cancellation) : default;

    /// <summary>Closes the engine's connections. Reads that wait, and every later call, fail with <see cref="StreamErrorCode.Unavailable"/>.</summary>
    public void Dispose()
    {
        _closed = true;
        _watch.Dispose();
        _blocking.Dispose();
        _listening.Dispose();
        _replicated?.Dispose();
        if (_isOwner)
            _multiplexer.Dispose();
        else
            _control.Close();
    }

    /// <summary>Reads that were asked to wait and have not ended, for tests.</summary>
    internal int WaitingReads => _reads.Waiting;

    private RedisConnection Open =>
        _closed ? throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR the engine is closed")
        : _watch.Refusal is { } refusal ? throw new StreamEngineException(StreamErrorCode.Unavailable, refusal)
        : _shared;

    private AppendOptions Checked(AppendOptions? options)
    {
        if (options?.Trim is { } trim)
            Checked(trim);
        return options ?? AppendOptions.Default;
    }

    private StreamTrim Checked(StreamTrim trim)
    {
        if (trim.References != EntryReferences.Keep)
            _watch.Require(ServerAbility.References, "a trimming with DELREF or ACKED");
        return trim;
    }

    private bool HasOwnCommands() => _watch.HasOwnCommands;

    private static void Begin(ConnectionWatch watch)
    {
        try
        {
            watch.BeginAsync().GetAwaiter().GetResult();
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    private IAppendConnection Appending
    {
        get
        {
            var shared = Open;
            return _replicated is null ? shared : _replicated;
        }
    }

    // For commands that the server answers after a wait.
    private static ConfigurationOptions WithTimeFor(TimeSpan wait, ConfigurationOptions configuration)
    {
        var own = WithClientCommand(configuration);
        own.AbortOnConnectFail = false;
        // For what a server would publish the client keeps a second connection, unless it may not subscribe.
        if (own.CommandMap == CommandMap.Default)
            own.CommandMap = CommandMap.Create(["SUBSCRIBE"], available: false);
        own.AsyncTimeout = Math.Max(own.AsyncTimeout, (int)(wait + AnswerTime).TotalMilliseconds);
        return own;
    }

    // CLIENT, which ends a read that is cancelled, the client counts among the administrator's commands; whether it is allowed, the server says.
    private static ConfigurationOptions WithClientCommand(ConfigurationOptions configuration)
    {
        var own = configuration.Clone();
        own.AllowAdmin = true;
        return own;
    }

    private static void CheckLength(int length, int needed, string name)
    {
        if (length < needed)
            throw new ArgumentException($"Room for {needed} is needed, there is room for {length}.", name);
    }
}
