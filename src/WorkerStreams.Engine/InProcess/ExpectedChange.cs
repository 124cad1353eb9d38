using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>How much a command may change, so that there is room to keep it. Reads that wait and are served are not counted: the journal bears a little more.</summary>
/// <param name="Ids">The entries that it is about, or 1; 0 is a command that changes nothing.</param>
/// <param name="Bytes">The bytes that it brings to memory, and that are held to its limit.</param>
/// <param name="BringsEntries">Whether it brings entries. What does not mostly makes room, and may use what is kept back for that when the disk is full.</param>
/// <param name="NameBytes">The bytes of other names that it may make.</param>
internal readonly record struct ExpectedChange(long Ids, long Bytes = 0, bool BringsEntries = false, long NameBytes = 0)
{
    // What a record tells of a command, and of each of its ids, at most and in bytes.
    private const long AnyChange = 1024;
    private const long ChangePerId = 64;

    public static ExpectedChange Few { get; } = new(1);

    /// <summary>The bytes of a record of it, at most.</summary>
    public long RecordBytes => Ids == 0 ? 0 : AnyChange + (Ids * ChangePerId) + Bytes + NameBytes;

    /// <param name="entries">What is to be appended.</param>
    /// <param name="maxEntryBytes">Those that are larger are refused, and bring nothing.</param>
    public static ExpectedChange Of(ReadOnlySpan<AppendEntry> entries, int maxEntryBytes)
    {
        var bytes = 0L;
        foreach (ref readonly var entry in entries)
            bytes += entry.Fields.EncodedLength <= maxEntryBytes ? entry.Fields.EncodedLength : 0;
        return new(Math.Max(1, entries.Length), bytes, BringsEntries: true);
    }

    /// <param name="stream">The stream, which may be new.</param>
    /// <param name="group">Its new group.</param>
    public static ExpectedChange Of(StreamName stream, StreamName group) =>
        new(1, MemoryMeter.StreamBytes + MemoryMeter.GroupBytes + stream.Bytes.Length + group.Bytes.Length);

    /// <param name="consumer">The new consumer.</param>
    public static ExpectedChange Of(StreamName consumer) => new(1, MemoryMeter.ConsumerBytes + consumer.Bytes.Length);

    /// <param name="request">The name to be held, of a consumer that may be new.</param>
    public static ExpectedChange Of(HoldRequest request) => new(1, MemoryMeter.ConsumerBytes + request.Consumer.Bytes.Length + request.Holder.Bytes.Length);

    /// <param name="name">A name that it may make.</param>
    public ExpectedChange Naming(StreamName name) => this with { NameBytes = NameBytes + name.Bytes.Length };

    /// <param name="entry">What is to be appended once.</param>
    /// <param name="key">By what it is known.</param>
    /// <param name="maxEntryBytes">What is larger is refused, and brings nothing.</param>
    public static ExpectedChange Of(in AppendEntry entry, IdempotencyKey key, int maxEntryBytes)
    {
        var bytes = (long)entry.Fields.EncodedLength + key.Producer.Bytes.Length + (key.Id?.Bytes.Length ?? 0);
        return new(1, bytes <= maxEntryBytes ? bytes : 0, BringsEntries: true);
    }

    /// <param name="key">By what an append is known that is to be remembered.</param>
    public static ExpectedChange Of(IdempotencyKey key) => new(1, key.Producer.Bytes.Length + (key.Id?.Bytes.Length ?? 0), BringsEntries: true);

    public static ExpectedChange Of(SettleRequest request)
    {
        var bytes = 0L;
        foreach (ref readonly var settlement in request.Settlements.Span)
            bytes += settlement.DeadLetterFields.EncodedLength;
        return new(Math.Max(1, request.Settlements.Length), bytes, NameBytes: request.DeadLetterStream.Bytes.Length);
    }

    public static ExpectedChange Of(MoveRequest request)
    {
        var bytes = 0L;
        foreach (ref readonly var entry in request.Entries.Span)
            bytes += entry.Fields.EncodedLength;
        return new(Math.Max(1, request.Entries.Length), bytes, BringsEntries: true, request.Destination.Bytes.Length);
    }
}
