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

    private readonly Shard[] _shards = new Shard[ShardCount];
    private readonly long _maxMemory;
    private readonly int _maxEntryBytes;
    private long _lastNumber;

    public StreamStore(InProcessEngineOptions options)
    {
        (Options, Ids) = (options, new(options.TimeProvider));
        _maxMemory = options.MaxMemory ?? long.MaxValue;
        _maxEntryBytes = options.MaxEntryBytes;
        Limits = new(options.NodeMaxEntries, options.NodeMaxBytes);
        for (var i = 0; i < ShardCount; i++)
            _shards[i] = new(this);
    }

    public InProcessEngineOptions Options { get; }

    public NodeLimits Limits { get; }

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

    /// <summary>From now on chunks are kept there, and leave memory where it is short. Set once, before there is any stream.</summary>
    public void KeepChunks(IChunkStore chunks)
    {
        foreach (var shard in _shards)
            shard.Chunks = new(chunks, Meter, _maxMemory - (_maxMemory / 8));
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
    /// <exception cref="StreamEngineException">The disk is full.</exception>
    public long Reserve(in ExpectedChange change)
    {
        var bytes = change.RecordBytes;
        if (change.Bytes > 0)
        {
            if (IsFull(change.Bytes))
                MakeRoom(change.Bytes);
            Ids.KeepAhead();
        }
        return bytes == 0 || Journal!.TryReserve(bytes, urgent: !change.BringsEntries) ? bytes : throw Errors.DiskFull();
    }

    /// <summary>Waits until what a shard has changed up to a record is as durable as is promised.</summary>
    public ValueTask CommitAsync(long sequence) => Journal is { } journal && !journal.IsCommitted(sequence) ? journal.CommitAsync(sequence) : default;

    /// <summary>Answers once that is so: nothing is told of what could yet be lost, whoever has changed it.</summary>
    public ValueTask<TResult> AnswerAsync<TResult>(long sequence, TResult result)
    {
        var commit = CommitAsync(sequence);
        return commit.IsCompletedSuccessfully ? new(result) : WaitAsync(commit, result);
    }

    /// <returns>Why an entry of so many bytes cannot be stored, or null.</returns>
    public StreamEngineException? CheckRoom(int bytes) =>
        bytes > _maxEntryBytes ? Errors.EntryTooLarge(bytes, _maxEntryBytes) : CheckMemory(bytes);

    /// <returns>Why so many more bytes cannot be stored, or null.</returns>
    public StreamEngineException? CheckMemory(long bytes) => IsFull(bytes) ? Errors.OutOfMemory(Meter.Used, _maxMemory) : null;

    /// <summary>Whether a checkpoint would help: of so many bytes of changes much may be in memory alone.</summary>
    public bool IsMemoryShort(long changed) => Meter.Used > _maxMemory - (_maxMemory / 4) && changed > _maxMemory / 8;

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

    private bool IsFull(long bytes) => Meter.Used + bytes > _maxMemory;

    // Chunks leave memory; where that is not enough, a checkpoint brings more of them to the disk.
    private void MakeRoom(long bytes)
    {
        do
        {
            foreach (var shard in _shards)
            {
                shard.Lock();
                shard.Chunks!.MakeRoom(bytes);
                shard.Unlock();
            }
        }
        while (IsFull(bytes) && Checkpoints is { } checkpoints && checkpoints.Write(() => IsFull(bytes)));
    }

    private static async ValueTask<TResult> ThrowAsync<TResult>(ValueTask commit, StreamEngineException refusal)
    {
        await commit.ConfigureAwait(false);
        throw refusal;
    }

    private static async ValueTask<TResult> WaitAsync<TResult>(ValueTask commit, TResult result)
    {
        try
        {
            await commit.ConfigureAwait(false);
            return result;
        }
        catch
        {
            (result as IDisposable)?.Dispose();
            throw;
        }
    }
}

/// <summary>Holds the locks of some shards, a bit for each.</summary>
internal readonly ref struct ShardLocks(Shard[] shards, ulong mask)
{
    public void Dispose()
    {
        for (var rest = mask; rest != 0; rest &= rest - 1)
            shards[BitOperations.TrailingZeroCount(rest)].Unlock();
    }
}
