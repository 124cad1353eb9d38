using System.Text;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>Lines as one types them into redis-cli.</summary>
internal static class CommandLine
{
    public static IReadOnlyList<string> Split(string line)
    {
        var (bytes, request) = (Encoding.Latin1.GetBytes(line), new Request());
        var words = new byte[bytes.Length];
        request.Begin();
        Assert.True(InlineWords.TrySplit(bytes, words, request), line);
        request.Complete(words, 0);
        return [.. Enumerable.Range(0, request.Count).Select(index => Encoding.Latin1.GetString(request[index]))];
    }
}
