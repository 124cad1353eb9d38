namespace WorkerStreams.Engine.Journal;

/// <summary>Reads segments one after the other, as far as the chain of their records goes, and says what comes behind.</summary>
internal sealed class LogFollower(IJournalFolder folder, FileJournalOptions options, IReadOnlyList<Segment> segments, LogChain chain)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(segments.Max(segment => segment.Size));
    private readonly RecoveryNotices _notices = new(options);

    /// <summary>The segment in which the last complete record ends, and where: there the log ends.</summary>
    public int EndSegment { get; private set; }

    public int EndPosition { get; private set; } = FileHeader.Bytes;

    /// <summary>Whether there is more behind the end: incomplete, or incoherent.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Whether nothing tells the end from one that was lost with the files behind it: the last segment is full, and the one that is always made before that is not there.</summary>
    public bool MayLackItsEnd { get; private set; }

    /// <summary>What breaks the chain before its durable end.</summary>
    public Damage? Damage { get; private set; }

    public void Follow()
    {
        if (segments[0].Header.First is > 0 and var first)
            chain.Next = first;
        segments[0].FirstSequence = chain.Next;
        for (var i = 0; i < segments.Count; i++)
        {
            var read = i;
            _notices.Notice(() => $"The journal in '{folder.Path}' is being read: {read} of {segments.Count} segments, {chain.Next - 1} records");
            var segment = Read(segments[i]);
            var at = Follow(segment, i);
            if (at <= segment.Length - RecordHeader.SmallestRecord)
            {
                Judge(segment, i, at);
                return;
            }
            segments[i].LastSequence = chain.IsWhole ? chain.Next - 1 : chain.Next;
            if (i + 1 == segments.Count)
                continue;
            segments[i + 1].FirstSequence = chain.Next;
            if (chain.IsWhole)
                (EndSegment, EndPosition) = (i + 1, FileHeader.Bytes);
        }
        IsTorn = !chain.IsWhole;
        if (chain.Next > chain.Durable)
        {
            MayLackItsEnd = chain.IsWhole;
            return;
        }
        var last = segments[^1];
        Damage = new(last.File.Name, last.Size, $"The log goes on behind this segment, up to record {chain.Durable} at least, and the next segment is missing.");
    }

    // Where the chain ends, or the segment.
    private int Follow(ReadOnlySpan<byte> segment, int index)
    {
        var seed = segments[index].Seed;
        var at = FileHeader.Bytes;
        while (at <= segment.Length - RecordHeader.SmallestRecord
            && RecordHeader.TryRead(segment[at..], seed, out var record)
            && chain.TryTake(record, record.PayloadIn(segment[at..]), isFirstInLog: index == 0 && at == FileHeader.Bytes))
        {
            at += record.Size;
            if (chain.IsWhole)
                (EndSegment, EndPosition) = (index, at);
        }
        return at;
    }

    // The chain ends here: because the log does, or because its last writes are incomplete, or because what was once durable is damaged.
    private void Judge(ReadOnlySpan<byte> segment, int index, int at)
    {
        var later = new LaterRecords(chain.Next);
        later.Search(segment, at, segments[index].Seed);
        var isBegun = RecordHeader.TryPeek(segment[at..], out var record) && record.Sequence == chain.Next;
        for (var i = index + 1; i < segments.Count; i++)
        {
            if (later.MayBegin(segments[i].File))
                later.Follow(Read(segments[i]), segments[i].Seed);
        }
        IsTorn = isBegun || later.AreThere || !chain.IsWhole;
        var durable = Math.Max(chain.Durable, later.Durable);
        if (chain.Next <= durable)
            Damage = new(segments[index].File.Name, at, $"Record {chain.Next} is not as it was written, though all up to record {durable} was on the disk.");
    }

    private ReadOnlySpan<byte> Read(Segment segment)
    {
        var bytes = _bytes.AsSpan(0, segment.Size);
        bytes[segment.File.Read(bytes, 0)..].Clear();
        return bytes;
    }
}
