namespace WorkerStreams.Engine.InProcess;

/// <summary>How much a command may change, so that there is room to keep it. Names, and reads that wait and are served, are not counted: the journal bears a little more.</summary>
/// <param name="Ids">The entries that it is about, or 1; 0 is a command that changes nothing.</param>
/// <param name="Bytes">The bytes of fields that it brings.</param>
/// <param name="BringsEntries">Whether it brings entries. What does not mostly makes room, and may use what is kept back for that when the disk is full.</param>
internal readonly record struct ExpectedChange(long Ids, long Bytes = 0, bool BringsEntries = false)
{
    // What a record tells of a command, and of each of its ids, at most and in bytes.
    private const long AnyChange = 1024;
    private const long ChangePerId = 64;

    // Where a trimming tells of each entry. What is beyond is borne by the journal's reserve.
    private const long MostTold = 10_000;

    public static ExpectedChange Few { get; } = new(1);

    /// <summary>The bytes of a record of it, at most.</summary>
    public long RecordBytes => Ids == 0 ? 0 : AnyChange + (Ids * ChangePerId) + Bytes;

    /// <param name="entries">What is to be appended.</param>
    /// <param name="maxEntryBytes">Those that are larger are refused, and bring nothing.</param>
    public static ExpectedChange Of(ReadOnlySpan<AppendEntry> entries, int maxEntryBytes)
    {
        var bytes = 0L;
        foreach (ref readonly var entry in entries)
            bytes += entry.Fields.EncodedLength <= maxEntryBytes ? entry.Fields.EncodedLength : 0;
        return new(Math.Max(1, entries.Length), bytes, BringsEntries: true);
    }

    /// <param name="trim">Tells where what is left begins, unless it goes by what groups refer to.</param>
    public static ExpectedChange Of(StreamTrim trim) => trim.References == EntryReferences.Keep ? Few : new(MostTold);

    public static ExpectedChange Of(SettleRequest request)
    {
        var bytes = 0L;
        foreach (ref readonly var settlement in request.Settlements.Span)
            bytes += settlement.DeadLetterFields.EncodedLength;
        return new(Math.Max(1, request.Settlements.Length), bytes);
    }

    public static ExpectedChange Of(MoveRequest request)
    {
        var bytes = 0L;
        foreach (ref readonly var entry in request.Entries.Span)
            bytes += entry.Fields.EncodedLength;
        return new(Math.Max(1, request.Entries.Length), bytes, BringsEntries: true);
    }
}
