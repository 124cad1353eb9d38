using System.Buffers;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine;

/// <summary>
/// What a read, a range or a claim returned: entries, stream by stream. It owns the memory of its entries; dispose it, once,
/// when they are no longer needed. Trimming and deleting meanwhile do not change what it shows.
/// </summary>
public sealed class EntryBatch : IDisposable
{
    private StreamEntry[]? _entries;
    private Few<(StreamName Name, int End)> _streams;
    private Few<IDisposable> _owners;

    internal EntryBatch(int capacity) => _entries = ArrayPool<StreamEntry>.Shared.Rent(capacity);

    /// <summary>No entries: what a read answers that found nothing in its time.</summary>
    public static EntryBatch Empty { get; } = new(0);

    /// <summary>The number of entries, of all streams together.</summary>
    public int Count { get; private set; }

    /// <summary>The entries, of all streams together, in the order of the request.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlySpan<StreamEntry> Entries
    {
        get
        {
            ObjectDisposedException.ThrowIf(_entries is null, this);
            return _entries.AsSpan(0, Count);
        }
    }

    /// <summary>The number of streams that the reply names; those with nothing new are left out, but a history read names each.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>The name of a stream of the reply.</summary>
    public StreamName GetStream(int index) => _streams[index].Name;

    /// <summary>The entries of a stream of the reply.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public ReadOnlySpan<StreamEntry> GetEntries(int index) =>
        Entries[(index == 0 ? 0 : _streams[index - 1].End).._streams[index].End];

    /// <summary>Gives the memory back. The entries and their fields must not be used any more.</summary>
    public void Dispose()
    {
        if (ReferenceEquals(this, Empty) || Interlocked.Exchange(ref _entries, null) is not { } entries)
            return;
        for (var i = 0; i < _owners.Count; i++)
            _owners[i].Dispose();
        ArrayPool<StreamEntry>.Shared.Return(entries, clearArray: true);
    }

    /// <inheritdoc cref="EntryBatchBuilder.BeginStream"/>
    internal void BeginStream(StreamName stream) => _streams.Add((stream, Count));

    /// <summary>Adds so many entries to the stream begun last, for the caller to fill in.</summary>
    internal Span<StreamEntry> Add(int count)
    {
        if (_entries!.Length - Count < count)
            Grow(count);
        var added = _entries.AsSpan(Count, count);
        Count += count;
        _streams[_streams.Count - 1].End = Count;
        return added;
    }

    /// <inheritdoc cref="EntryBatchBuilder.Keep"/>
    internal void Keep(IDisposable owner) => _owners.Add(owner);

    private void Grow(int added)
    {
        var larger = ArrayPool<StreamEntry>.Shared.Rent(Math.Max(2 * Count, Count + added));
        _entries.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<StreamEntry>.Shared.Return(_entries!, clearArray: true);
        _entries = larger;
    }
}
