using System.Buffers;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.Journal;

/// <summary>
/// Chunks of entries in files beside the log: each is written once, while a checkpoint is, which then only tells where it is. Files of which no checkpoint tells
/// are deleted; what is left in one that is mostly not needed any more is to be written anew.
/// </summary>
/// <param name="folder">Where.</param>
/// <param name="fileBytes">How large they become.</param>
/// <param name="keptFree">The bytes that are left free on the disk, for the checkpoint that tells of what is written.</param>
/// <param name="repairs">Where they are to be repaired, what was done; null where damage is an error.</param>
internal sealed class ChunkFiles(IJournalFolder folder, long fileBytes, long keptFree, Repairs? repairs = null) : IChunkStore, IDisposable
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
    private readonly List<string> _toRemove = [];
    private long _lastNumber;
    private ChunkFile? _current;
    private long _flushed;

    /// <summary>The log that the files belong to. Set before any is used or written.</summary>
    public ulong Log { get; set; }

    public int LargestChunk => 64 * 1024 * 1024;

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public long? Room => folder.FreeBytes - keptFree;

    public void CheckRoom(long bytes)
    {
        if (Room is not { } room)
            return;
        if (bytes > Math.Max(room, 0))
            throw JournalErrors.NoRoom(bytes, room + keptFree, keptFree);
        lock (_lock)
        {
            // Those first that make the most room by the least copies; and what is damaged is to be kept beside.
            foreach (var file in _sparse.Select(number => _files[number]).Where(static file => !file.IsDamaged).OrderBy(static file => file.Used).ToList())
            {
                room -= file.Used;
                if (room < bytes)
                    _sparse.Remove(file.Number);
            }
        }
    }

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

    public void Read(StoredChunk chunk, Span<byte> saved)
    {
        Interlocked.Add(ref _bytesRead, saved.Length);
        try
        {
            ReadUndamaged(chunk, saved);
        }
        catch (IOException error) when (_failed is { } failed)
        {
            failed(error);
            throw JournalErrors.Failed(error);
        }
    }

    public void Use(StoredChunk chunk)
    {
        var address = chunk.Address;
        var end = address.Offset + RecordHeader.SizeOf(address.Length);
        var file = Open(address.File);
        try
        {
            if (file.Length < end)
                throw Damaged(address, "The file is shorter than it was.");
            if (repairs is not null)
                ReadUndamaged(chunk, new byte[address.Length]);
        }
        catch (JournalDamagedException)
        {
            file.IsDamaged = true;
            throw;
        }
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

    /// <summary>The checkpoint was loaded, or there is none: files go of which it does not tell.</summary>
    public void RemoveUnneeded()
    {
        foreach (var number in FileNames.ChunkFiles(folder.List()))
        {
            _lastNumber = Math.Max(_lastNumber, number);
            if (!_files.ContainsKey(number))
                Remove(FileNames.ChunkFile(number));
        }
    }

    /// <summary>The log is there: from now on chunks are written, and what cannot be read or flushed is told.</summary>
    public void Serve(ulong log, Action<Exception> failed) => (Log, _failed) = (log, failed);

    /// <summary>A checkpoint begins: what no chunk is in any more, it will not tell of.</summary>
    public void CheckpointBegins()
    {
        Interlocked.Exchange(ref _bytesRead, 0);
        lock (_lock)
        {
            _unneeded = Unneeded();
            // Files that ended early, with the process, are not to become many; and what is damaged is to be kept beside.
            _sparse = [.. _files.Values
                .Where(file => file != _current && file.Used > 0 && (file.IsDamaged || 2 * file.Used < file.End || 4 * file.End < fileBytes))
                .Select(static file => file.Number)];
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

    /// <summary>The checkpoint is in force: files go that it does not tell of. Where one cannot, that is tried again with the next checkpoint.</summary>
    public void CheckpointEnds()
    {
        // What it has read itself is nothing to read again.
        Interlocked.Exchange(ref _bytesRead, 0);
        // Later, without the repair, they would not be kept. Nothing but the checkpoint has changed anything meanwhile.
        if (IsRepair)
            _unneeded = Unneeded();
        foreach (var number in _unneeded)
        {
            ChunkFile? file;
            lock (_lock)
                _files.Remove(number, out file);
            file!.Dispose();
            _toRemove.Add(file.File.Name);
        }
        _unneeded = [];
        _toRemove.RemoveAll(TryRemove);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var file in _files.Values)
                file.Dispose();
            _files.Clear();
        }
    }

    // Where there is damage.
    private bool IsRepair => repairs is { Report.Count: > 0 };

    private List<long> Unneeded()
    {
        lock (_lock)
            return [.. _files.Values.Where(file => file != _current && file.Used == 0).Select(static file => file.Number)];
    }

    private void Begin()
    {
        Flush();
        _current = null;
        var file = ChunkFile.Begin(folder, Log, ++_lastNumber);
        lock (_lock)
            _files.Add(file.Number, file);
        (_current, _flushed) = (file, 0);
    }

    private ChunkFile Open(long number)
    {
        if (!_files.TryGetValue(number, out var file))
            _files.Add(number, file = ChunkFile.Open(folder, Log, number, repairs));
        return file;
    }

    private bool TryRemove(string name)
    {
        try
        {
            Remove(name);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // Where there was damage it may be for that damage that nothing tells of it.
    private void Remove(string name)
    {
        if (IsRepair)
            repairs!.Move(name);
        else
            folder.Delete(name);
    }

    private void ReadUndamaged(StoredChunk stored, Span<byte> chunk)
    {
        var address = stored.Address;
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
            if (!Chunk.IsOf(record.PayloadIn(at), stored))
                throw Damaged(address, "The entries there are not those that the checkpoint tells of.");
            record.PayloadIn(at).CopyTo(chunk);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private JournalDamagedException Damaged(ChunkAddress address, string what) => JournalErrors.Damaged(folder, new(FileNames.ChunkFile(address.File), address.Offset, what));
}
