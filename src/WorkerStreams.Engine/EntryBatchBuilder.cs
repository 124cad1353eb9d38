namespace WorkerStreams.Engine;

/// <summary>Puts an <see cref="EntryBatch"/> together, for those who write an engine. Not for use by several threads at once.</summary>
public sealed class EntryBatchBuilder
{
    private readonly EntryBatch _batch;

    /// <summary>A builder with room for <paramref name="capacity"/> entries before it first grows.</summary>
    public EntryBatchBuilder(int capacity = 16) => _batch = new(capacity);

    /// <summary>The number of entries so far.</summary>
    public int Count => _batch.Count;

    /// <summary>What is added from here on belongs to this stream. A stream with no entries is named in the reply all the same.</summary>
    public void BeginStream(StreamName stream) => _batch.BeginStream(stream);

    /// <summary>Adds an entry to the stream begun last.</summary>
    /// <exception cref="InvalidOperationException">No stream was begun.</exception>
    public void Add(in StreamEntry entry)
    {
        if (_batch.StreamCount == 0)
            throw new InvalidOperationException("Begin a stream before its entries are added.");
        _batch.Add(1)[0] = entry;
    }

    /// <summary>The batch disposes <paramref name="owner"/>, which holds the memory of some of its entries, when it is disposed itself.</summary>
    public void Keep(IDisposable owner) => _batch.Keep(owner);

    /// <summary>The batch. The builder must not be used any more.</summary>
    public EntryBatch Build() => _batch;
}
