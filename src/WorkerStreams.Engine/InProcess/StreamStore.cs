using System.Numerics;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// All streams of an engine, in shards by hash slot: a stream and its companions are in one shard and change in one step.
/// </summary>
internal sealed class StreamStore
{
    private const int ShardCount = 64;

    // In bytes: what a record may tell of one command, besides the bytes that came with it.
    private const long MostTold = 1L << 30;

    private readonly Shard[] _shards = new Shard[ShardCount];
    private readonly long _maxMemory;
    // Above that chunks leave.
    private readonly long _mostHere;
    private readonly int _maxEntryBytes;
    private long _lastNumber;
    private uint _turn;
    private int _holds;
    private volatile IdempotencyLimits _idempotency = IdempotencyLimits.Default;

    public StreamStore(InProcessEngineOptions options)
    {
        (Options, Ids) = (options, new(options.TimeProvider));
        _maxMemory = options.MaxMemory ?? long.MaxValue;
        _mostHere = _maxMemory - (_maxMemory / 8);
        _maxEntryBytes = options.MaxEntryBytes;
        Grain = new(new(options.NodeMaxEntries, options.NodeMaxBytes));
        for (var i = 0; i < ShardCount; i++)
            _shards[i] = new(this);
    }

    public InProcessEngineOptions Options { get; }

    /// <summary>How large the nodes of streams grow.</summary>
    public NodeGrain Grain { get; }

    public NodeLimits Limits => Grain.Limits;

    /// <summary>How much streams that are made from now on remember of appends that are to be done once.</summary>
    public IdempotencyLimits Idempotency
    {
        get => _idempotency;
        set => _idempotency = value;
    }

    /// <summary>The times that ids may have.</summary>
    public IdCeiling Ids { get; }

    /// <summary>Where changes are kept, or null where they are in memory alone. Set once, before the first command.</summary>
    public IJournal? Journal { get; private set; }

    /// <summary>Writes checkpoints of all that there is; null where nothing is kept. Set once, before the first command.</summary>
    public CheckpointLoop? Checkpoints { get; set; }

    public MemoryMeter Meter { get; } = new();

    public ReadOnlySpan<Shard> Shards => _shards;

    /// <summary>The time, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => Options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A number that no other stream or group has.</summary>
    public long NextNumber() => Interlocked.Increment(ref _lastNumber);

    /// <summary>A stream or group was made with this number. Not once commands run.</summary>
    public void HasNumber(long number) => _lastNumber = Math.Max(_lastNumber, number);

    /// <summary>Whether nobody who waits is to be served or told anything yet.</summary>
    public bool AreReadsHeld => Volatile.Read(ref _holds) > 0;

    /// <summary>From now on nobody who waits is served.</summary>
    public void HoldReads() => Interlocked.Increment(ref _holds);

    /// <summary>Who waits is served, once nobody holds reads any more.</summary>
    public void ReleaseReads()
    {
        Interlocked.Decrement(ref _holds);
        ServeHeld();
    }

    /// <summary>Who waits for streams about which nobody was told yet is served by all that there is now, as if it asked now. Without any lock.</summary>
    public void ServeHeld()
    {
        if (AreReadsHeld || !Array.Exists(_shards, static shard => shard.HasHeld))
            return;
        List<Waiter> woken = [];
        foreach (var shard in _shards)
        {
            shard.Lock();
            shard.BeginServing();
        }
        try
        {
            foreach (var shard in _shards)
                shard.ServeHeld();
        }
        finally
        {
            foreach (var shard in _shards)
                shard.EndServing();
            foreach (var shard in _shards)
            {
                if (shard.UnlockAndTakeWoken() is { } first)
                    woken.Add(first);
            }
        }
        // They may have been given entries of any shard.
        var last = woken.Count == 0 ? 0 : _shards.Max(static shard => shard.LastSequence);
        woken.ForEach(first => Waiter.Complete(first, CommitAsync(last)));
    }

    /// <summary>From now on chunks are kept there, and leave memory where it is short. Set once, before there is any stream.</summary>
    public void KeepChunks(IChunkStore chunks)
    {
        foreach (var shard in _shards)
            shard.Chunks = new(chunks, Meter, _mostHere);
    }

    /// <summary>From now on all changes are kept there. What is there already was made by it.</summary>
    public void Keep(IJournal journal)
    {
        Journal = journal;
        Ids.Keep(journal);
        foreach (var shard in _shards)
            shard.WriteChanges();
    }

    /// <summary>Reserves room for the record of what a command will change, and makes room in memory for what it brings. Without any lock, for it may have to wait until there is some.</summary>
    /// <returns>The bytes that were reserved.</returns>
    /// <exception cref="StreamEngineException">The disk is full, or it is more than one command may change.</exception>
    public long Reserve(in ExpectedChange change)
    {
        var bytes = change.RecordBytes;
        if (bytes - change.Bytes > MostTold)
            throw Errors.TooMuchAtOnce(bytes - change.Bytes, MostTold);
        if (change.Bytes > 0)
        {
            TryMakeRoom(change.Bytes);
            Ids.KeepAhead();
        }
        return bytes == 0 || Journal!.TryReserve(bytes, urgent: !change.BringsEntries) ? bytes : throw Errors.DiskFull();
    }

    /// <summary>Makes room in memory, if there is none. Without any lock.</summary>
    /// <returns>Whether there is some, as long as nobody else takes it.</returns>
    public bool TryMakeRoom(long bytes)
    {
        if (IsFull(bytes))
            MakeRoom(bytes);
        return !IsFull(bytes);
    }

    /// <summary>Waits until what a shard has changed up to a record is as durable as is promised.</summary>
    public ValueTask CommitAsync(long sequence) => Journal is { } journal && !journal.IsCommitted(sequence) ? journal.CommitAsync(sequence) : default;

    /// <summary>Answers once that is so: nothing is told of what could yet be lost, whoever has changed it.</summary>
    public ValueTask<TResult> AnswerAsync<TResult>(long sequence, TResult result) =>
        Journal is { } journal && !journal.IsCommitted(sequence) ? journal.CommitAsync(sequence, result) : new(result);

    /// <returns>Why an entry of so many bytes cannot be stored, or null.</returns>
    public StreamEngineException? CheckRoom(Shard shard, int bytes) =>
        bytes > _maxEntryBytes ? Errors.EntryTooLarge(bytes, _maxEntryBytes) : CheckMemory(shard, bytes);

    /// <returns>Why so many more bytes cannot be stored in a shard, or null.</returns>
    public StreamEngineException? CheckMemory(Shard shard, long bytes)
    {
        if (!IsFull(bytes))
            return null;
        // Others may have used up what room was made for it.
        shard.Chunks?.MakeRoom(bytes);
        return IsFull(bytes) ? Errors.OutOfMemory(Meter.Used, _maxMemory) : null;
    }

    /// <summary>Fewer bytes are not worth a checkpoint that would let them leave, whatever is short; and by so many names may be held beyond the limit.</summary>
    public long LittleMemory => _maxMemory / 64;

    /// <summary>Whether a checkpoint would help, which lets so many bytes leave.</summary>
    public bool IsMemoryShort(long storable) => Meter.Used > _maxMemory - (_maxMemory / 4) && storable > _maxMemory / 8;

    /// <summary>Whether there is no memory for so many more bytes.</summary>
    public bool IsFull(long bytes) => Meter.Used + bytes > _maxMemory;

    public Shard ShardOf(StreamName stream) => _shards[stream.Slot % ShardCount];

    /// <summary>Locks the shards of all these streams, in one order for all callers, so that none waits for another in a circle.</summary>
    public ShardLocks Enter(IReadOnlyList<StreamPosition> streams)
    {
        var mask = 0UL;
        for (var i = 0; i < streams.Count; i++)
            mask |= 1UL << (streams[i].Stream.Slot % ShardCount);
        for (var rest = mask; rest != 0; rest &= rest - 1)
            _shards[BitOperations.TrailingZeroCount(rest)].Lock();
        var locks = new ShardLocks(_shards, mask);
        if (!_shards[BitOperations.TrailingZeroCount(mask)].IsClosed)
            return locks;
        locks.Dispose();
        throw Errors.Closed();
    }

    /// <summary>Refuses once that is so: what is refused tells of what was done, too.</summary>
    public ValueTask<TResult> FailAsync<TResult>(long sequence, StreamEngineException refusal)
    {
        var commit = CommitAsync(sequence);
        return commit.IsCompletedSuccessfully ? ValueTask.FromException<TResult>(refusal) : ThrowAsync<TResult>(commit, refusal);
    }

    /// <inheritdoc cref="FailAsync{TResult}"/>
    public ValueTask FailAsync(long sequence, StreamEngineException refusal)
    {
        var failure = FailAsync<bool>(sequence, refusal);
        return failure.IsFaulted ? ValueTask.FromException(refusal) : new(failure.AsTask());
    }

    // Chunks leave memory; where that is not enough, a checkpoint brings more of them to the disk.
    private void MakeRoom(long bytes)
    {
        do
        {
            // In turn, not always at the expense of the same.
            var turn = Volatile.Read(ref _turn);
            for (var last = turn + ShardCount; turn != last && Meter.Used + bytes > _mostHere; turn++)
                MakeRoom(_shards[turn % ShardCount], bytes);
            Volatile.Write(ref _turn, turn);
        }
        while (IsFull(bytes) && Checkpoints is { } checkpoints && checkpoints.Write(() => IsFull(bytes)));
    }

    // Each chunk is looked at once, but not all of them under one lock.
    private static void MakeRoom(Shard shard, long bytes)
    {
        for (var (left, looked) = (int.MaxValue, 1); left > 0 && looked > 0; left -= looked)
        {
            using var held = shard.Hold();
            left = Math.Min(left, shard.Chunks!.Count);
            looked = shard.Chunks.MakeRoom(bytes);
        }
    }

    private static async ValueTask<TResult> ThrowAsync<TResult>(ValueTask commit, StreamEngineException refusal)
    {
        await commit.ConfigureAwait(false);
        throw refusal;
    }
}
