namespace WorkerStreams.Engine.Journal;

/// <summary>What there is of the log behind the place where its chain ends: it tells a torn tail from damage to what was durable.</summary>
internal sealed class LaterRecords(long next)
{
    // More than that cannot have been appended since the last flush.
    private const long MostLater = 1L << 30;

    /// <summary>Whether there is any.</summary>
    public bool AreThere { get; private set; }

    /// <summary>Up to where it says that everything was durable.</summary>
    public long Durable { get; private set; }

    /// <summary>Looks for records at every place where one may begin.</summary>
    public void Search(ReadOnlySpan<byte> segment, int from, uint seed)
    {
        for (var at = from; at <= segment.Length - RecordHeader.Bytes;)
            at += TakeAt(segment[at..], seed, out var size) ? size : RecordHeader.Alignment;
    }

    /// <summary>Takes what follows in a later segment, up to its end.</summary>
    public void Follow(ReadOnlySpan<byte> segment, uint seed)
    {
        for (var at = FileHeader.Bytes; at <= segment.Length - RecordHeader.SmallestRecord && TakeAt(segment[at..], seed, out var size);)
            at += size;
    }

    /// <summary>Whether a segment may begin with a later record: most that follow are ready to be used, and need not be read.</summary>
    public bool MayBegin(IJournalFile segment)
    {
        Span<byte> header = stackalloc byte[RecordHeader.Bytes];
        return segment.Read(header, FileHeader.Bytes) == header.Length && IsLater(RecordHeader.PeekSequence(header));
    }

    private bool IsLater(long sequence) => sequence >= next && sequence - next <= MostLater;

    private bool TakeAt(ReadOnlySpan<byte> at, uint seed, out int size)
    {
        size = 0;
        // The sequence is looked at first: to compute CRCs at every place would take minutes.
        if (!IsLater(RecordHeader.PeekSequence(at)) || !RecordHeader.TryRead(at, seed, out var record))
            return false;
        size = record.Size;
        AreThere = true;
        if (record.Kind == RecordKind.Mark)
            Durable = Math.Max(Durable, LogChain.DurableIn(record.PayloadIn(at)));
        return true;
    }
}
