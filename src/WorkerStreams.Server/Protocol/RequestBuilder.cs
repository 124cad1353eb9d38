using System.Buffers;

namespace WorkerStreams.Server.Protocol;

/// <summary>Makes a command of words, in memory of its own.</summary>
internal sealed class RequestBuilder
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Request _request = new();

    public RequestBuilder Add(ReadOnlySpan<byte> word)
    {
        _request.Add(_bytes.WrittenCount, word.Length);
        _bytes.Write(word);
        return this;
    }

    /// <summary>The command; no more words are added.</summary>
    public Request Build()
    {
        _request.Complete(_bytes.WrittenSpan.ToArray(), 0);
        return _request;
    }
}
