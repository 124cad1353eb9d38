using System.Numerics;
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

    public StreamStore(InProcessEngineOptions options)
    {
        Options = options;
        _maxMemory = options.MaxMemory ?? long.MaxValue;
        _maxEntryBytes = options.MaxEntryBytes;
        Limits = new(options.NodeMaxEntries, options.NodeMaxBytes);
        for (var i = 0; i < ShardCount; i++)
            _shards[i] = new(this);
    }

    public InProcessEngineOptions Options { get; }

    public NodeLimits Limits { get; }

    public MemoryMeter Meter { get; } = new();

    public ReadOnlySpan<Shard> Shards => _shards;

    /// <summary>The time, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => Options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <returns>Why an entry of so many bytes cannot be stored, or null.</returns>
    public StreamEngineException? CheckRoom(int bytes) =>
        bytes > _maxEntryBytes ? Errors.EntryTooLarge(bytes, _maxEntryBytes) : CheckMemory(bytes);

    /// <returns>Why so many more bytes cannot be stored, or null.</returns>
    public StreamEngineException? CheckMemory(long bytes) => Meter.Used + bytes > _maxMemory ? Errors.OutOfMemory(Meter.Used, _maxMemory) : null;

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
