namespace WorkerStreams.Engine.Model;

/// <summary>A chunk as it lies on the disk: what can be told of it without reading it.</summary>
/// <param name="Address">Where.</param>
/// <param name="Start">The index of the first entry.</param>
/// <param name="End">The index after the last entry.</param>
/// <param name="Live">The entries that are not deleted.</param>
/// <param name="FirstId">The first entry's id.</param>
/// <param name="LastId">The last entry's id.</param>
internal sealed record StoredChunk(ChunkAddress Address, int Start, int End, int Live, StreamEntryId FirstId, StreamEntryId LastId)
{
    /// <summary>About what one takes in memory.</summary>
    public const int MemoryBytes = 80;
}

/// <summary>A place in a file of chunks.</summary>
/// <param name="File">The file's number.</param>
/// <param name="Offset">Where in it the record begins.</param>
/// <param name="Length">The bytes of the chunk.</param>
internal readonly record struct ChunkAddress(long File, long Offset, int Length);

/// <summary>Where chunks are kept that need not be in memory. Safe for any number of threads.</summary>
internal interface IChunkStore
{
    /// <summary>The largest chunk, in bytes, that can be kept.</summary>
    int LargestChunk { get; }

    /// <summary>The bytes of chunks that were read since the last checkpoint. A start may have to read them again, for what was delivered of them.</summary>
    long BytesRead { get; }

    /// <summary>The bytes that chunks may take on the disk, or null where that is not known.</summary>
    long? Room { get; }

    /// <summary>Looks for room for so many bytes of new chunks, which are to be kept wholly or not at all. Others are moved as far as there is more.</summary>
    /// <exception cref="IOException">There is none.</exception>
    void CheckRoom(long bytes);

    /// <summary>Keeps a chunk. Readable at once; on the disk before the checkpoint that is being written is valid.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    ChunkAddress Write(ReadOnlySpan<byte> chunk);

    /// <summary>Reads a chunk back.</summary>
    /// <param name="chunk">Which.</param>
    /// <param name="saved">As many bytes as it has.</param>
    /// <exception cref="IOException">It could not be read, or is not as it was written; while streams are being recovered.</exception>
    /// <exception cref="StreamEngineException">The same later; then nothing is served any more.</exception>
    void Read(StoredChunk chunk, Span<byte> saved);

    /// <summary>A checkpoint tells of a chunk, which so is needed.</summary>
    /// <exception cref="IOException">It is not there; or it is damaged, where that is looked at.</exception>
    void Use(StoredChunk chunk);

    /// <summary>A chunk is needed no more, but by the checkpoint in force.</summary>
    void Free(ChunkAddress address);

    /// <summary>Whether a chunk had better be written anew, since little else in its file is needed.</summary>
    bool ShouldMove(ChunkAddress address);
}
