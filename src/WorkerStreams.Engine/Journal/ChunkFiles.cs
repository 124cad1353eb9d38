using System.Buffers;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>
/// Chunks of entries in files beside the log: each is written once, while a checkpoint is, which then only tells where it is. Files of which no checkpoint tells
/// are deleted; what is left in one that is mostly not needed any more is to be written anew.
/// </summary>
internal sealed class ChunkFiles(IJournalFolder folder, long fileBytes) : IChunkStore, IDisposable
{
    // What is written without a flush delays the flushes of the log, so it must not be much at a time.
    private const long FlushEvery = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    // Guarded by the lock.
    private readonly Dictionary<long, ChunkFile> _files = [];
    private HashSet<long> _sparse = [];
    private List<long> _unneeded = [];
    private Action<Exception>? _failed;
    private long _bytesRead;

    // Written by checkpoints alone, one at a time.
    private ulong _log;
    private long _lastNumber;
    private ChunkFile? _current;
    private long _flushed;

    public static ReadOnlySpan<byte> Magic => "WSCHUNKS"u8;

    public int LargestChunk => 64 * 1024 * 1024;

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public ChunkAddress Write(ReadOnlySpan<byte> chunk)
    {
        if (_current is null || _current.End >= fileBytes)
            Begin();
        var file = _current!;
        var address = new ChunkAddress(file.Number, file.End, chunk.Length);
        new RecordHeader(RecordKind.Whole, chunk.Length, file.End).WriteTo(file.File, file.End, chunk, file.Seed);
        lock (_lock)
        {
            file.End += RecordHeader.SizeOf(chunk.Length);
            file.Used += chunk.Length;
        }
        if (file.End - _flushed >= FlushEvery)
            Flush();
        return address;
    }

    public void Read(ChunkAddress address, Span<byte> chunk)
    {
        Interlocked.Add(ref _bytesRead, chunk.Length);
        try
        {
            ReadUndamaged(address, chunk);
        }
        catch (IOException error) when (_failed is { } failed)
        {
            failed(error);
            throw JournalErrors.Failed(error);
        }
    }

    public void Use(ChunkAddress address, bool toRepair)
    {
        var end = address.Offset + RecordHeader.SizeOf(address.Length);
        var file = Open(address.File);
        if (file.Length < end)
            throw Damaged(address, "The file is shorter than it was.");
        if (toRepair)
            ReadUndamaged(address, new byte[address.Length]);
        lock (_lock)
        {
            file.Used += address.Length;
            file.End = Math.Max(file.End, end);
        }
    }

    public void Free(ChunkAddress address)
    {
        lock (_lock)
            _files[address.File].Used -= address.Length;
    }

    public bool ShouldMove(ChunkAddress address) => _sparse.Contains(address.File);

    /// <summary>The checkpoint was loaded, or there is none: files of which it does not tell are deleted.</summary>
    public void DeleteUnneeded()
    {
        foreach (var number in FileNames.ChunkFiles(folder.List()))
        {
            _lastNumber = Math.Max(_lastNumber, number);
            if (!_files.ContainsKey(number))
                folder.Delete(FileNames.ChunkFile(number));
        }
    }

    /// <summary>The log is there: from now on chunks are written, and what cannot be read or flushed is told.</summary>
    public void Serve(ulong log, Action<Exception> failed) => (_log, _failed) = (log, failed);

    /// <summary>A checkpoint begins: what no chunk is in any more, it will not tell of.</summary>
    public void CheckpointBegins()
    {
        Interlocked.Exchange(ref _bytesRead, 0);
        lock (_lock)
        {
            var old = _files.Values.Where(file => file != _current).ToList();
            _unneeded = old.FindAll(static file => file.Used == 0).ConvertAll(static file => file.Number);
            // Files that ended early, with the process, are not to become many.
            _sparse = [.. old.Where(file => file.Used > 0 && (2 * file.Used < file.End || 4 * file.End < fileBytes)).Select(static file => file.Number)];
        }
    }

    /// <summary>All that was written is on the disk.</summary>
    /// <exception cref="IOException">It is not known what is. Nothing can be changed any more.</exception>
    public void Flush()
    {
        if (_current is null || _flushed == _current.End)
            return;
        try
        {
            _current.File.Flush();
            // A file that was just begun needs its name, too.
            if (_flushed == 0)
                folder.Flush();
        }
        catch (IOException error)
        {
            // Another flush would not tell.
            _failed?.Invoke(error);
            throw;
        }
        _flushed = _current.End;
    }

    /// <summary>The checkpoint is in force: files go that it does not tell of.</summary>
    public void CheckpointEnds()
    {
        foreach (var number in _unneeded)
        {
            ChunkFile? file;
            lock (_lock)
                _files.Remove(number, out file);
            file!.File.Dispose();
            folder.Delete(file.File.Name);
        }
        _unneeded = [];
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var file in _files.Values)
                file.File.Dispose();
            _files.Clear();
        }
    }

    private void Begin()
    {
        Flush();
        _current = null;
        var header = new FileHeader(_log, Size: 0, Number: ++_lastNumber, Variant: 0, First: 0);
        var file = new ChunkFile(_lastNumber, folder.Create(FileNames.ChunkFile(_lastNumber)), header.Seed) { End = FileHeader.Bytes };
        Span<byte> bytes = stackalloc byte[FileHeader.Bytes];
        header.Write(bytes, Magic);
        try
        {
            file.File.Write(bytes, 0);
        }
        catch
        {
            file.File.Dispose();
            throw;
        }
        lock (_lock)
            _files.Add(file.Number, file);
        (_current, _flushed) = (file, 0);
    }

    private ChunkFile Open(long number)
    {
        if (_files.TryGetValue(number, out var known))
            return known;
        var name = FileNames.ChunkFile(number);
        if (!folder.List().Contains(name))
            throw JournalErrors.Damaged(folder, new(name, 0, "The file is missing, and the checkpoint tells of entries in it."));
        var file = folder.Open(name);
        if (FileHeader.TryRead(file, Magic, out var header) && header.Number == number)
            return _files[number] = new(number, file, header.Seed);
        file.Dispose();
        throw JournalErrors.Damaged(folder, new(name, 0, "The header is not as it was written."));
    }

    private void ReadUndamaged(ChunkAddress address, Span<byte> chunk)
    {
        ChunkFile file;
        lock (_lock)
            file = _files[address.File];
        var bytes = ArrayPool<byte>.Shared.Rent(RecordHeader.Bytes + chunk.Length);
        try
        {
            var at = bytes.AsSpan(0, RecordHeader.Bytes + chunk.Length);
            if (file.File.Read(at, address.Offset) < at.Length || !RecordHeader.TryRead(at, file.Seed, out var record)
                || record.Sequence != address.Offset || record.Length != chunk.Length)
                throw Damaged(address, "The entries there are not as they were written.");
            record.PayloadIn(at).CopyTo(chunk);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private JournalDamagedException Damaged(ChunkAddress address, string what) => JournalErrors.Damaged(folder, new(FileNames.ChunkFile(address.File), address.Offset, what));

    private sealed class ChunkFile(long number, IJournalFile file, uint seed)
    {
        public long Number { get; } = number;

        public IJournalFile File { get; } = file;

        public uint Seed { get; } = seed;

        /// <summary>Its bytes when it was opened.</summary>
        public long Length { get; } = file.Length;

        /// <summary>Where the next chunk goes.</summary>
        public long End { get; set; }

        /// <summary>The bytes of chunks that are needed.</summary>
        public long Used { get; set; }
    }
}
