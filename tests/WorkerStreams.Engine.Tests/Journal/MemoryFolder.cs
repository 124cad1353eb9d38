using WorkerStreams.Engine.Journal;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>A folder in memory that knows what of it is durable: it can lose the rest, tear and reorder it, and fail any call.</summary>
internal sealed class MemoryFolder : IJournalFolder
{
    // Guards everything here and in the files.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryBytes> _names = [];
    private readonly Dictionary<string, MemoryBytes> _durableNames = [];
    private readonly List<Change> _unflushed = [];
    private bool _isLocked;

    public string Path => "memory";

    /// <summary>Called before each call that changes or flushes something, with its name and the file's; what it throws, the call throws.</summary>
    public Action<string, string>? Before { get; set; }

    /// <summary>The bytes that all files together may have, or null where there is no limit. What finds no room fails.</summary>
    public long? Capacity { get; set; }

    public long? FreeBytes
    {
        get
        {
            lock (_lock)
                return Capacity - _names.Values.Sum(static bytes => (long)bytes.Current.Length);
        }
    }

    public void Create()
    {
    }

    public IDisposable Lock()
    {
        lock (_lock)
        {
            if (_isLocked)
                throw new IOException("The folder is in use.");
            _isLocked = true;
            return new Unlock(this);
        }
    }

    public IReadOnlyList<string> List()
    {
        lock (_lock)
            return [.. _names.Keys];
    }

    public IJournalFile Open(string name)
    {
        lock (_lock)
            return new MemoryFile(this, name, _names.TryGetValue(name, out var bytes) ? bytes : throw new FileNotFoundException(name));
    }

    public IJournalFile Create(string name)
    {
        Before?.Invoke("create", name);
        var bytes = new MemoryBytes();
        Apply(new(null, name, bytes));
        return new MemoryFile(this, name, bytes);
    }

    public void Rename(string from, string to)
    {
        Before?.Invoke("rename", from);
        lock (_lock)
            Apply(new(from, to, _names[from]));
    }

    public void Delete(string name)
    {
        Before?.Invoke("delete", name);
        Apply(new(name, null, null));
    }

    public void Flush()
    {
        Before?.Invoke("flush", Path);
        lock (_lock)
        {
            foreach (var change in _unflushed)
                change.To(_durableNames);
            _unflushed.Clear();
        }
    }

    /// <summary>From now on the disk has room for so many bytes more.</summary>
    public void Fill(long free = 0)
    {
        lock (_lock)
            Capacity = free + _names.Values.Sum(static bytes => (long)bytes.Current.Length);
    }

    /// <summary>What the next process finds after this one was killed: all of it, though it is no more durable than before.</summary>
    public MemoryFolder Kill()
    {
        var found = new MemoryFolder { Capacity = Capacity };
        lock (_lock)
        {
            var copies = _names.Values.Concat(_durableNames.Values).Distinct().ToDictionary(bytes => bytes, bytes => bytes.Copy());
            foreach (var (name, bytes) in _names)
                found._names[name] = copies[bytes];
            foreach (var (name, bytes) in _durableNames)
                found._durableNames[name] = copies[bytes];
            foreach (var change in _unflushed)
                found._unflushed.Add(change with { Bytes = change.Bytes is { } bytes ? copies.GetValueOrDefault(bytes, bytes) : null });
        }
        return found;
    }

    /// <summary>What is found after a power failure: what was flushed, and of the rest whatever chance has brought to the disk; nothing, without one.</summary>
    public MemoryFolder Crash(Random? chance)
    {
        var found = new MemoryFolder { Capacity = Capacity };
        lock (_lock)
        {
            Dictionary<string, MemoryBytes> names = new(_durableNames);
            foreach (var change in _unflushed)
            {
                if (chance?.Next(2) == 0)
                    change.To(names);
            }
            foreach (var (name, bytes) in names)
                found._names[name] = found._durableNames[name] = bytes.Crash(chance);
        }
        return found;
    }

    /// <summary>The bytes of a file, to be looked at and changed.</summary>
    public byte[] this[string name]
    {
        get
        {
            lock (_lock)
                return _names[name].Current;
        }
        set
        {
            lock (_lock)
                _names[name] = _durableNames[name] = new MemoryBytes(value);
        }
    }

    private void Apply(Change change)
    {
        lock (_lock)
        {
            change.To(_names);
            _unflushed.Add(change);
        }
    }

    // A file loses a name, gets one, or both.
    private sealed record Change(string? Loses, string? Gets, MemoryBytes? Bytes)
    {
        public void To(Dictionary<string, MemoryBytes> names)
        {
            if (Loses is not null)
                names.Remove(Loses);
            if (Gets is not null)
                names[Gets] = Bytes!;
        }
    }

    private sealed class Unlock(MemoryFolder folder) : IDisposable
    {
        public void Dispose()
        {
            lock (folder._lock)
                folder._isLocked = false;
        }
    }

    private sealed class MemoryFile(MemoryFolder folder, string name, MemoryBytes bytes) : IJournalFile
    {
        private volatile bool _isDisposed;

        public string Name => name;

        public long Length
        {
            get
            {
                lock (folder._lock)
                    return bytes.Current.Length;
            }
        }

        public int Read(Span<byte> into, long offset)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            lock (folder._lock)
            {
                var length = (int)Math.Clamp(bytes.Current.Length - offset, 0, into.Length);
                bytes.Current.AsSpan((int)Math.Min(offset, bytes.Current.Length), length).CopyTo(into);
                return length;
            }
        }

        public void Write(ReadOnlySpan<byte> from, long offset)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            folder.Before?.Invoke("write", name);
            lock (folder._lock)
            {
                if (folder.FreeBytes is { } free && offset + from.Length - bytes.Current.Length > Math.Max(0, free))
                    throw new IOException("No space left on device");
                bytes.Write(from, (int)offset);
            }
        }

        public void Flush()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            folder.Before?.Invoke("flush", name);
            lock (folder._lock)
                bytes.Flush();
        }

        public void Map()
        {
        }

        public void Dispose() => _isDisposed = true;
    }
}
