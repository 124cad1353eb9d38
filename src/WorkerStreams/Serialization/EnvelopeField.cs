namespace WorkerStreams.Serialization;

/// <summary>The field names of the wire contract, version 1; docs/envelope.md describes it.</summary>
internal static class EnvelopeField
{
    /// <summary>The longest name of a header, in bytes of UTF-8.</summary>
    public const int MaxHeaderNameBytes = 256;

    public static ReadOnlySpan<byte> Version => "ws"u8;

    public static ReadOnlySpan<byte> Type => "type"u8;

    public static ReadOnlySpan<byte> ContentType => "content-type"u8;

    public static ReadOnlySpan<byte> TraceParent => "traceparent"u8;

    public static ReadOnlySpan<byte> TraceState => "tracestate"u8;

    public static ReadOnlySpan<byte> HeaderPrefix => "h:"u8;

    public static ReadOnlySpan<byte> Payload => "data"u8;

    public static ReadOnlySpan<byte> CurrentVersion => "1"u8;

    /// <summary>What <see cref="ContentType"/> is where it is left out.</summary>
    public static ReadOnlySpan<byte> DefaultContentType => "application/json"u8;
}
