namespace WorkerStreams.Engine;

/// <summary>The streams of an engine as keys: what a front needs of an engine in this process, and a worker does not.</summary>
public interface IKeySpace
{
    /// <summary>EXISTS: whether there is such a stream, be it empty.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: the engine is closed.</exception>
    ValueTask<bool> ExistsAsync(StreamName key, CancellationToken cancellation = default);

    /// <summary>XINFO STREAM FULL.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="count">The most entries to tell, and the most pending ones of each group and of each consumer; null is no limit.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.NoStream"/>: there is none.</exception>
    ValueTask<FullStreamInfo> GetFullStreamInfoAsync(StreamName key, int? count, CancellationToken cancellation = default);

    /// <summary>What the stream is now, or null where there is none. It may not yet be as durable as is promised, until <see cref="CommitAsync"/>.</summary>
    KeyStamp? GetStamp(StreamName key);

    /// <summary>WATCH: tells later whether the stream has changed. Dispose it when that is known.</summary>
    KeyWatch Watch(StreamName key);

    /// <summary>
    /// RENAME and RENAMENX: the stream gets another name, with its groups and what is pending in them, in one step. Its entries are copied: that takes time and, for that time, memory
    /// like the stream's. Reads that wait for either name are served, or fail, by what there is then.
    /// </summary>
    /// <param name="key">The stream.</param>
    /// <param name="newKey">Its new name.</param>
    /// <param name="replace">Whether a stream that has the new name goes.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>False where there is one that does not go.</returns>
    /// <exception cref="StreamEngineException">
    /// <see cref="StreamErrorCode.NoStream"/>: there is none. <see cref="StreamErrorCode.EntryTooLarge"/>: it has more than 1 GiB, at which each entry, and each that is pending, counts 64 bytes besides its fields. <see cref="StreamErrorCode.OutOfMemory"/>, <see cref="StreamErrorCode.DiskFull"/>.
    /// </exception>
    ValueTask<bool> RenameAsync(StreamName key, StreamName newKey, bool replace = true, CancellationToken cancellation = default);

    /// <summary>COPY: the stream is there under another name, too.</summary>
    /// <inheritdoc cref="RenameAsync"/>
    ValueTask<bool> CopyAsync(StreamName key, StreamName newKey, bool replace = false, CancellationToken cancellation = default);

    /// <summary>DUMP: all of a stream as bytes, in a form of this engine's own with a version and a checksum. Consumers' names that are held are not in it.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="maxBytes">The most bytes of it; the bytes of the entries' fields may be no more than 512 MiB besides. Default: 512 MiB.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Null where there is no such stream.</returns>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.EntryTooLarge"/>: it has more than that.</exception>
    ValueTask<byte[]?> DumpAsync(StreamName key, long maxBytes = 1L << 29, CancellationToken cancellation = default);

    /// <summary>RESTORE: makes a stream of a dump, in one step.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="dump">What <see cref="DumpAsync"/> gave, of this engine or another one.</param>
    /// <param name="replace">Whether a stream of that name goes.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>False where there is one that does not go.</returns>
    /// <exception cref="StreamEngineException">
    /// <see cref="StreamErrorCode.InvalidArgument"/>: the bytes are no dump, are damaged, or are one of a version that is not known; nothing has changed.
    /// <see cref="StreamErrorCode.OutOfMemory"/>, <see cref="StreamErrorCode.DiskFull"/>.
    /// </exception>
    ValueTask<bool> RestoreAsync(StreamName key, ReadOnlyMemory<byte> dump, bool replace = false, CancellationToken cancellation = default);

    /// <summary>MULTI: until it is disposed of, reads that wait are not served, whoever appends, nor told that their group is gone. Then they are, by what there is.</summary>
    ReadHold HoldReads();

    /// <summary>CONFIG GET <c>stream-node-max-entries</c>: the most entries in a node.</summary>
    int NodeMaxEntries { get; }

    /// <summary>CONFIG GET <c>stream-node-max-bytes</c>: the most bytes of a node.</summary>
    int NodeMaxBytes { get; }

    /// <summary>CONFIG SET <c>stream-node-max-entries</c> and <c>stream-node-max-bytes</c>, until the engine ends: how large nodes grow that are begun from now on, the grain of approximate trimming.</summary>
    /// <param name="maxEntries">1 to 10,000.</param>
    /// <param name="maxBytes">256 to 1 MiB.</param>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    void SetNodeLimits(int maxEntries, int maxBytes);

    /// <summary>CONFIG GET <c>stream-idmp-duration</c> (8.6): for how long streams that are made from now on remember appends that are to be done once. Default: 100 seconds.</summary>
    TimeSpan IdempotencyDuration { get; }

    /// <summary>CONFIG GET <c>stream-idmp-maxsize</c> (8.6): how many of each producer they do. Default: 100.</summary>
    int IdempotencyMaxIds { get; }

    /// <summary>
    /// CONFIG SET <c>stream-idmp-duration</c> and <c>stream-idmp-maxsize</c> (8.6), until the engine ends. A stream keeps what it was made with, on disk too, until
    /// <see cref="IStreamAdministration.SetIdempotencyAsync"/>.
    /// </summary>
    /// <param name="duration">1 to 86,400 seconds, in whole ones in Redis.</param>
    /// <param name="maxIds">1 to 10,000.</param>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    void SetIdempotencyDefaults(TimeSpan duration, int maxIds);

    /// <summary>KEYS: the names of the streams, in no order. Those made or deleted meanwhile may be among them or not, and what was is not yet as durable as is promised until <see cref="CommitAsync"/>.</summary>
    IReadOnlyList<StreamName> GetKeys();

    /// <summary>
    /// INFO <c>rdb_changes_since_last_save</c>: how often commands have changed streams since the engine began. As Redis counts: each entry that is appended, deleted, trimmed by itself,
    /// acknowledged or claimed; each change of a group, a consumer or a stream's ids; each stream of which a read delivers anything new, once; and no delivery of what was delivered before.
    /// </summary>
    long CountChanges();

    /// <summary>Completes when all that has changed by now is as durable as <see cref="FlushPolicy"/> promises. All calls that tell something wait for that themselves, but for <see cref="GetKeys"/>, <see cref="GetStamp"/> and <see cref="Watch"/>.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: it cannot be brought to the disk.</exception>
    ValueTask CommitAsync();
}
