namespace WorkerStreams.DeadLetters;

/// <summary>The names of the fields that stand before the original ones in a dead letter, in this order. A public contract; docs/dead-letters.md describes it.</summary>
internal static class DeadLetterField
{
    public static ReadOnlySpan<byte> Prefix => "dead:"u8;

    public static ReadOnlySpan<byte> Reason => "dead:reason"u8;

    public static ReadOnlySpan<byte> Exception => "dead:exception"u8;

    public static ReadOnlySpan<byte> Stream => "dead:stream"u8;

    public static ReadOnlySpan<byte> Id => "dead:id"u8;

    public static ReadOnlySpan<byte> Group => "dead:group"u8;

    public static ReadOnlySpan<byte> Consumer => "dead:consumer"u8;

    public static ReadOnlySpan<byte> Deliveries => "dead:deliveries"u8;

    /// <summary>The last of them.</summary>
    public static ReadOnlySpan<byte> At => "dead:at"u8;
}
