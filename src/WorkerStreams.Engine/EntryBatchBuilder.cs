using System.Buffers;

namespace WorkerStreams.Engine;

/// <summary>Puts an <see cref="EntryBatch"/> together, for those who write an engine. Not for use by several threads at once.</summary>
public sealed class EntryBatchBuilder
{
    private StreamEntry[] _entries;
    private (StreamName Name, int End)[] _streams = [];
    private IDisposable[] _owners = [];
    private int _ownerCount;

    /// <summary>A builder with room for <paramref name="capacity"/> entries before it first grows.</summary>
    public EntryBatchBuilder(int capacity = 16) => _entries = ArrayPool<StreamEntry>.Shared.Rent(capacity);

    /// <summary>The number of entries so far.</summary>
    public int Count { get; private set; }

    /// <summary>What is added from here on belongs to this stream. A stream with no entries is named in the reply all the same.</summary>
    public void BeginStream(StreamName stream)
    {
        Array.Resize(ref _streams, _streams.Length + 1);
        _streams[^1] = (stream, Count);
    }

    /// <summary>Adds an entry to the stream begun last.</summary>
    /// <exception cref="InvalidOperationException">No stream was begun.</exception>
    public void Add(in StreamEntry entry)
    {
        if (_streams.Length == 0)
            throw new InvalidOperationException("Begin a stream before its entries are added.");
        if (Count == _entries.Length)
            Grow(1);
        _entries[Count++] = entry;
        _streams[^1].End = Count;
    }

    /// <summary>Adds so many entries to the stream begun last, for the caller to fill in.</summary>
    internal Span<StreamEntry> AddMany(int count)
    {
        if (_entries.Length - Count < count)
            Grow(count);
        var added = _entries.AsSpan(Count, count);
        Count += count;
        _streams[^1].End = Count;
        return added;
    }

    /// <summary>The batch disposes <paramref name="owner"/>, which holds the memory of some of its entries, when it is disposed itself.</summary>
    public void Keep(IDisposable owner)
    {
        if (_ownerCount == _owners.Length)
            Array.Resize(ref _owners, Math.Max(2, 2 * _ownerCount));
        _owners[_ownerCount++] = owner;
    }

    /// <summary>The batch. The builder must not be used any more.</summary>
    public EntryBatch Build() => new(_entries, Count, _streams, _owners.AsMemory(0, _ownerCount));

    private void Grow(int added)
    {
        var larger = ArrayPool<StreamEntry>.Shared.Rent(Math.Max(2 * Count, Count + added));
        _entries.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<StreamEntry>.Shared.Return(_entries, clearArray: true);
        _entries = larger;
    }
}
