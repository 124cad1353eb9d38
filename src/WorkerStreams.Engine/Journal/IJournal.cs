using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>Where records of changes are kept, in one order. Safe for any number of threads.</summary>
internal interface IJournal : IDisposable
{
    /// <summary>The sequence of the last record.</summary>
    long LastSequence { get; }

    /// <summary>The bytes of records since the last checkpoint.</summary>
    long BytesSinceCheckpoint { get; }

    /// <summary>Where chunks of entries are kept, beside the records.</summary>
    IChunkStore Chunks { get; }

    /// <summary>Whether what is committed is on the disk, whatever becomes of the machine.</summary>
    bool CommitsToDisk { get; }

    /// <summary>What <see cref="RaiseIdCeiling"/> was last given in a process that has not ended in order; 0 where all have, so that the records tell of all ids.</summary>
    long IdCeiling { get; }

    /// <summary>Puts on the disk, before it returns, a time that ids by the clock will not reach. Only where commits are not to the disk. One caller at a time.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: nothing can be written any more.</exception>
    void RaiseIdCeiling(long milliseconds);

    /// <summary>Sees to it that a record of so many bytes will find room.</summary>
    /// <param name="bytes">Its size, or the most that it may have.</param>
    /// <param name="urgent">Whether it may use most of the last reserve: what is acknowledged or trimmed makes room.</param>
    /// <returns>False where the disk is full.</returns>
    bool TryReserve(long bytes, bool urgent);

    /// <summary>Whether the disk has room for nothing more than what was made ready before.</summary>
    bool IsFull { get; }

    /// <summary>Whether there is room beyond the last reserve.</summary>
    bool HasRoomToSpare { get; }

    /// <summary>Whether more may be changed than was reserved: not where the disk is full, and so many bytes would use up the last reserve.</summary>
    bool MayExceed(long bytes);

    /// <summary>What was reserved is not needed.</summary>
    void Release(long bytes);

    /// <summary>Adds a record, for which room was reserved. Cannot fail, and waits only where records are larger than that.</summary>
    /// <returns>Its sequence.</returns>
    long Append(ReadOnlySpan<byte> record, long reserved);

    /// <summary>Whether the record of that sequence, and all before, is as durable as is promised.</summary>
    bool IsCommitted(long sequence);

    /// <summary>Waits until it is.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: nothing can be written any more.</exception>
    ValueTask CommitAsync(long sequence);

    /// <summary>Waits until it is, and then answers with a result, which is disposed of where that fails.</summary>
    /// <inheritdoc cref="CommitAsync(long)"/>
    ValueTask<T> CommitAsync<T>(long sequence, T result);

    /// <summary>Writes a checkpoint beside the records, and lets go of those that it stands for.</summary>
    /// <param name="sequence">The last record that it stands for.</param>
    /// <param name="parts">What it holds; each is written before the next is asked for.</param>
    void WriteCheckpoint(long sequence, IEnumerable<ReadOnlyMemory<byte>> parts);
}
