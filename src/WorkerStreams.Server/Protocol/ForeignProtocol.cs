namespace WorkerStreams.Server.Protocol;

/// <summary>Knows a request of HTTP by its beginning: a web page may have a browser send one here, with commands in its body.</summary>
internal static class ForeignProtocol
{
    /// <summary>Whether it is one; then its connection ends without an answer, as in Redis.</summary>
    public static bool Speaks(Request request) => request.Is(0, "POST"u8) || request.Is(0, "HOST:"u8);
}
