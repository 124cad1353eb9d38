using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>What breaks the protocol is answered, and the connection ended, as by a redis-server.</summary>
public sealed class BrokenStreamsTests
{
    // Above the 64 KiB that a line may have by so little that the server has read all when it ends the connection: what is unread would cost its answer.
    private const int TooLong = (64 * 1024) + 60;

    [Fact]
    public async Task Each_stream_of_bytes_is_answered_as_by_the_server()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var listener = await ListenerHost.StartAsync();
        foreach (var sent in Streams())
        {
            var (ours, theirs) = (await AnswerAsync(listener.Port, sent), await AnswerAsync(server.Port, sent));
            // Before 8.6 a server tells of arguments where there are none.
            theirs = theirs.Replace("', with args beginning with: \r\n", "'\r\n", StringComparison.Ordinal);
            // 8.6 ends the connection there without a word.
            if (sent == LongCount && theirs.Length == 0)
                theirs = "-ERR Protocol error: too big bulk count string\r\n";
            Assert.True(ours == theirs, $"To {sent[..Math.Min(sent.Length, 100)]} ({sent.Length} bytes)\nthe listener answers   {ours}\nand the server answers {theirs}");
        }
    }

    private static string LongCount { get; } = "*1\r\n$" + new string('1', TooLong);

    private static List<string> Streams() =>
    [
        "PING\r\n*1\r\nPING\r\n",
        "*x\r\n",
        "*\r\n",
        "*-1\r\nPING\r\n",
        "*0\r\nPING\r\n",
        "*2147483648\r\nPING\r\n",
        "* 1\r\n",
        "*01\r\n$4\r\nPING\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$x\r\n",
        "*1\r\n$04\r\nPING\r\n",
        "*1\r\n$9999999999\r\n",
        "*1\r\n:4\r\nPING\r\n",
        "*1\r\n*1\r\n$4\r\nPING\r\n",
        "*1\r\n\r\nPING\r\n",
        "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n",
        "*1\r\n$3\r\nPING\r\nPING\r\n",
        "*1\r\n$5\r\nPING\r\n*1\r\n$4\r\nPING\r\n",
        "$4\r\nPING\r\n",
        "+OK\r\n",
        "\r\n\r\nPING\r\n",
        "PING\nPING\n",
        "PING\r\nGET\0\r\nPING\r\n",
        "echo \"a\r\n",
        "echo \"a\"b\r\nPING\r\n",
        "echo 'a'\r\necho '\\''\r\necho \"\\x4f\\x4G\"\r\n",
        "\"PING\"\r\n",
        "'PING' x\r\n",
        "PUT / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "Host: localhost\r\nPING\r\n",
        "PING",
        "*1\r\n$4\r\nPI",
        "*3\r\n$4\r\nECHO\r\n$1\r\na\r\n$1\r\nb\r\n",
        "QUIT\r\nPING\r\n",
        "QUIT now\r\nPING\r\n",
        new('a', TooLong),
        "*" + new string('1', TooLong),
        LongCount,
        "ECHO " + new string('a', 60_000) + "\r\n",
    ];

    private static async Task<string> AnswerAsync(int port, string sent)
    {
        using var client = await RespClient.ConnectAsync(port);
        await client.SendAsync(sent);
        client.EndSending();
        return await client.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }
}
