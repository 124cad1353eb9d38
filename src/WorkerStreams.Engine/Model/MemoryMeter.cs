namespace WorkerStreams.Engine.Model;

/// <summary>
/// The bytes that an engine's streams take: buffers as rented, and flat estimates for what is small. Every shard writes it, but only
/// per chunk, block, stream, group and consumer, never per entry.
/// </summary>
internal sealed class MemoryMeter
{
    public const int StreamBytes = 512;
    public const int GroupBytes = 384;
    public const int ConsumerBytes = 192;

    private long _used;
    private long _storable;

    public long Used => Volatile.Read(ref _used);

    /// <summary>The bytes of all chunks that a checkpoint could have brought to the disk since the engine began.</summary>
    public long Storable => Volatile.Read(ref _storable);

    public void Add(long bytes) => Interlocked.Add(ref _used, bytes);

    public void AddStorable(long bytes) => Interlocked.Add(ref _storable, bytes);
}
