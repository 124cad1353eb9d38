using System.Numerics;

namespace WorkerStreams.Engine.InProcess;

/// <summary>Holds a shard's lock for one command.</summary>
internal readonly ref struct ShardScope(Shard shard)
{
    public void Dispose() => shard.Leave();
}

/// <summary>Holds a shard's lock for what is no command, and so wakes nobody.</summary>
internal readonly ref struct HeldShard(Shard shard)
{
    public void Dispose() => shard.Unlock();
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
