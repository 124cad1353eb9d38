namespace WorkerStreams.Serialization;

/// <summary>The field names of the wire contract, version 1; docs/envelope.md describes it.</summary>
internal static class EnvelopeField
{
    /// <summary>The longest name of a header, in bytes of UTF-8.</summary>
    public const int MaxHeaderNameBytes = 256;

    /// <summary>Begins the name of the first field, which goes on with the message type's name and has the payload for its value.</summary>
    public static ReadOnlySpan<byte> PayloadPrefix => "ws:"u8;

    public static ReadOnlySpan<byte> ContentType => "content-type"u8;

    public static ReadOnlySpan<byte> TraceParent => "traceparent"u8;

    public static ReadOnlySpan<byte> TraceState => "tracestate"u8;

    public static ReadOnlySpan<byte> HeaderPrefix => "h:"u8;

    /// <summary>The only group that is to handle the entry. No header, so that it does not travel along where a handler passes headers on.</summary>
    public static ReadOnlySpan<byte> RedrivenFor => "redriven-for"u8;

    /// <summary>What <see cref="ContentType"/> is where it is left out.</summary>
    public static ReadOnlySpan<byte> DefaultContentType => "application/json"u8;

    /// <summary>Whether the first field is that of a later version's envelope: <c>ws</c>, a number, a colon.</summary>
    public static bool IsOfAnotherVersion(ReadOnlySpan<byte> name)
    {
        var version = name[..Math.Max(0, name.IndexOf((byte)':'))];
        return version is [(byte)'w', (byte)'s', _, ..] && !version[2..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
