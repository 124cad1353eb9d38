using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>Fills the batch of a reply, as far as its limits allow. Entries are shown where they are stored; their chunks are kept for the batch.</summary>
internal ref struct ReplyWriter(int? count, long? maxBytes)
{
    private const int FewEntries = 1000;

    private readonly int _count = count is > 0 and var given ? given : int.MaxValue;
    private EntryBatch? _batch;
    private Chunk? _kept;
    private long _bytesLeft = maxBytes is { } most ? Math.Max(1, most) : long.MaxValue;
    private int _streamEnd;

    /// <summary>The most entries of a stream that are looked for by their age. Where bytes are what limits them, there may be many more than fit.</summary>
    public readonly int MostClaimed => _bytesLeft == long.MaxValue ? _count : Math.Min(_count, FewEntries);

    /// <summary>Whether the reply has all the bytes it may have, or the stream all the entries.</summary>
    public readonly bool IsStreamFull => IsFull || (_batch?.Count ?? 0) >= _streamEnd;

    /// <summary>Whether the reply has all the bytes it may have.</summary>
    public readonly bool IsFull => _bytesLeft <= 0 && _batch is { Count: > 0 };

    public void BeginStream(StreamName stream, long available = 0)
    {
        _batch ??= new((int)Math.Clamp(Math.Min(available, _count), 1, 4096));
        _batch.BeginStream(stream);
        _streamEnd = (int)Math.Min((long)_batch.Count + _count, int.MaxValue);
    }

    public void Add(Chunk chunk, int index, long deliveryCount = StreamEntry.UnknownDeliveryCount, long idle = 0)
    {
        Keep(chunk);
        var fields = chunk.FieldsAt(index);
        if (_bytesLeft != long.MaxValue)
            _bytesLeft -= fields.EncodedLength;
        _batch!.Add(1)[0] = new(chunk.IdAt(index), fields, deliveryCount, TimeSpan.FromMilliseconds(idle));
    }

    /// <summary>Adds an entry that has no fields to show.</summary>
    public readonly void AddMissing(StreamEntryId id, long deliveryCount, long idle) =>
        _batch!.Add(1)[0] = new(id, default, deliveryCount, TimeSpan.FromMilliseconds(idle));

    /// <summary>Adds the entries from <paramref name="place"/> on, up to <paramref name="last"/>.</summary>
    /// <returns>The id of the last one added, or 0-0.</returns>
    public StreamEntryId AddFrom(EntryLog log, EntryPlace place, StreamEntryId last, long deliveryCount = StreamEntry.UnknownDeliveryCount)
    {
        var added = default(StreamEntryId);
        while (!IsStreamFull && log.TryGetRun(ref place, last, _streamEnd - _batch!.Count, out var chunk, out var run))
        {
            var (start, length) = run.GetOffsetAndLength(chunk.End);
            if (_bytesLeft != long.MaxValue)
                length = FitBytes(chunk, start, length);
            Keep(chunk);
            chunk.Show(start, _batch.Add(length), deliveryCount);
            added = chunk.IdAt(start + length - 1);
        }
        return added;
    }

    /// <summary>Adds the entries before <paramref name="place"/>, backwards down to <paramref name="first"/>.</summary>
    public void AddBackwards(EntryLog log, EntryPlace place, StreamEntryId first)
    {
        place = place with { Index = place.Index - 1 };
        for (; log.TryGetChunkBackwards(ref place, out var chunk); place = place.PreviousChunk)
        {
            for (var i = place.Index; i >= chunk.Start; i--)
            {
                if (IsStreamFull || chunk.IdAt(i) < first)
                    return;
                if (!chunk.IsDeleted(i))
                    Add(chunk, i);
            }
        }
    }

    public readonly EntryBatch Build() => _batch ?? EntryBatch.Empty;

    // The entries up to the one that uses up the bytes, and that one.
    private int FitBytes(Chunk chunk, int start, int length)
    {
        var count = 0;
        while (count < length && _bytesLeft > 0)
            _bytesLeft -= chunk.FieldsAt(start + count++).EncodedLength;
        return count;
    }

    private void Keep(Chunk chunk)
    {
        if (chunk != _kept)
            _batch!.Keep((_kept = chunk).Retain());
    }
}
