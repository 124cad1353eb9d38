using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>The entries of one command and what becomes of them. It keeps its buffers for the next command.</summary>
internal sealed class AppendBatch
{
    public const int MaxEntries = 256;

    /// <summary>A batch that has reached this size takes no further entry.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxRetainedBytes = MaxBytes / MaxEntries;

    private readonly List<EntryFieldsWriter> _writers = [];
    private readonly AppendEntry[] _entries = new AppendEntry[MaxEntries];
    private readonly AppendResult[] _results = new AppendResult[MaxEntries];
    private long _bytes;

    public int Count { get; private set; }

    public bool IsFull => Count == MaxEntries || _bytes >= MaxBytes;

    public ReadOnlyMemory<AppendEntry> Entries => _entries.AsMemory(0, Count);

    /// <summary>What became of each entry; <see cref="AppendStatus.NotStored"/> until the engine has answered.</summary>
    public Memory<AppendResult> Results => _results.AsMemory(0, Count);

    /// <summary>The writer for the next entry, which is in the batch after <see cref="Add"/>.</summary>
    public EntryFieldsWriter Next()
    {
        if (Count == _writers.Count)
            _writers.Add(new());
        _writers[Count].Reset(MaxRetainedBytes);
        return _writers[Count];
    }

    public void Add(NewEntryId id)
    {
        var fields = _writers[Count].Written;
        _entries[Count] = new(fields, id);
        _results[Count] = new(AppendStatus.NotStored, default);
        _bytes += fields.EncodedLength;
        Count++;
    }

    public void Clear()
    {
        foreach (var writer in _writers)
            writer.Reset(MaxRetainedBytes);
        _results.AsSpan(0, Count).Clear();
        (Count, _bytes) = (0, 0);
    }
}
