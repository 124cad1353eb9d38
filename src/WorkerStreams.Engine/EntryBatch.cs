using System.Buffers;

namespace WorkerStreams.Engine;

/// <summary>
/// What a read, a range or a claim returned: entries, stream by stream. It owns the memory of its entries; dispose it, once,
/// when they are no longer needed. Trimming and deleting meanwhile do not change what it shows.
/// </summary>
public sealed class EntryBatch : IDisposable
{
    private readonly (StreamName Name, int End)[] _streams;
    private readonly ReadOnlyMemory<IDisposable> _owners;
    private StreamEntry[]? _entries;

    internal EntryBatch(StreamEntry[] entries, int count, (StreamName, int)[] streams, ReadOnlyMemory<IDisposable> owners) =>
        (_entries, Count, _streams, _owners) = (entries, count, streams, owners);

    /// <summary>No entries: what a read answers that found nothing in its time.</summary>
    public static EntryBatch Empty { get; } = new([], 0, [], default);

    /// <summary>The number of entries, of all streams together.</summary>
    public int Count { get; }

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
    public int StreamCount => _streams.Length;

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
        foreach (var owner in _owners.Span)
            owner.Dispose();
        ArrayPool<StreamEntry>.Shared.Return(entries, clearArray: true);
    }
}
