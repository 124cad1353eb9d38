using System.Buffers;
using System.Text;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Protocol;

/// <summary>Commands are read from bytes, however they are cut into pieces.</summary>
public sealed class RequestReaderTests
{
    private const int MaxBytes = 100_000;

    [Theory]
    [InlineData("*1\r\n$4\r\nPING\r\n", "PING")]
    [InlineData("*3\r\n$1\r\na\r\n$0\r\n\r\n$3\r\n\r\n\0\r\n", "a||\r\n\0")]
    [InlineData("PING\r\n", "PING")]
    [InlineData("PING\n", "PING")]
    [InlineData("  set   a \t b  \r\n", "set|a|b")]
    [InlineData("\r\n*0\r\n*-5\r\n\n   \nPING\r\n", "PING")]
    [InlineData("echo \"a b\" 'c d' \"\\x41\\n\\\"\\q\" 'it\\'s' e\\n \"\" \r\n", "echo|a b|c d|A\n\"q|it's|e\\n|")]
    [InlineData("a\"b c\"\r\n", "ab c")]
    public void A_command_is_read_in_one_piece_or_byte_by_byte(string sent, string words)
    {
        foreach (var size in (int[])[int.MaxValue, 1, 3])
            Assert.Equal([words], Read(sent, size));
    }

    [Fact]
    public void Commands_of_both_forms_follow_on_one_another()
    {
        var sent = string.Concat(Enumerable.Range(0, 500).Select(number => number % 3 == 0 ? $"ECHO {number}\r\n" : RespClient.Encode("ECHO", new string('x', number), $"{number}")));
        var expected = Enumerable.Range(0, 500).Select(number => number % 3 == 0 ? $"ECHO|{number}" : $"ECHO|{new string('x', number)}|{number}");

        foreach (var size in (int[])[int.MaxValue, 1, 7, 4096])
            Assert.Equal(expected, Read(sent, size));
    }

    [Theory]
    [InlineData("*x\r\n", "invalid multibulk length")]
    [InlineData("*\r\n", "invalid multibulk length")]
    [InlineData("*2147483648\r\n", "invalid multibulk length")]
    [InlineData("*1048577\r\n", "invalid multibulk length")]
    [InlineData("*+1\r\n", "invalid multibulk length")]
    [InlineData("*1\r\nPING\r\n", "expected '$', got 'P'")]
    [InlineData("*1\r\n\r\n", "expected '$', got '\r'")]
    [InlineData("*1\r\n\0\r\n", "expected '$', got '")]
    [InlineData("*1\r\n$-1\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$x\r\n", "invalid bulk length")]
    [InlineData("*1\r\n$100001\r\n", "invalid bulk length")]
    [InlineData("*2\r\n$60000\r\n", null)]
    [InlineData("echo \"a\r\n", "unbalanced quotes in request")]
    [InlineData("echo \"a\"b\r\n", "unbalanced quotes in request")]
    [InlineData("echo 'a\r\n", "unbalanced quotes in request")]
    public void What_is_no_command_is_told_in_the_words_of_Redis(string sent, string? error) =>
        Assert.Equal(error is null ? [] : [$"ERR Protocol error: {error}"], Read(sent, int.MaxValue));

    [Theory]
    [InlineData("a", "too big inline request")]
    [InlineData("*1", "too big mbulk count string")]
    [InlineData("*1\r\n$1", "too big bulk count string")]
    public void A_line_without_an_end_is_broken_off(string begun, string error)
    {
        Assert.Empty(Read(begun + new string('1', RequestLimits.MaxLine - 10), 1000));
        Assert.Equal([$"ERR Protocol error: {error}"], Read(begun + new string('1', RequestLimits.MaxLine + 10), 1000));
    }

    [Fact]
    public void A_command_may_not_be_longer_than_allowed_however_many_words_it_has()
    {
        var word = "$1000\r\n" + new string('x', 1000) + "\r\n";

        Assert.Single(Read("*90\r\n" + string.Concat(Enumerable.Repeat(word, 90)), 1000));
        Assert.Equal(["ERR Protocol error: invalid bulk length"], Read("*200\r\n" + string.Concat(Enumerable.Repeat(word, 200)), 1000));
        Assert.Equal(["ERR Protocol error: invalid bulk length"], Read("*1000000\r\n" + string.Concat(Enumerable.Repeat("$0\r\n\r\n", 30_000)), 1000));
    }

    [Theory]
    [InlineData("*11\r\n", "unauthenticated multibulk length")]
    [InlineData("*1\r\n$16385\r\n", "unauthenticated bulk length")]
    public void A_stranger_may_send_little(string sent, string error)
    {
        Assert.Equal([$"ERR Protocol error: {error}"], Read(sent, int.MaxValue, isStranger: true));
        Assert.Empty(Read(sent, int.MaxValue));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_command()
    {
        using var reader = new RequestReader(new(MaxBytes));
        var received = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(RespClient.Encode("XADD", "s", "*", "name", "value"), 100))));
        var (words, least) = (ReadAll(), long.MaxValue);
        // Where memory is short the pool may let a buffer go meanwhile.
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                words += ReadAll();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.InRange(least, 0, 1000);
        Assert.Equal(501 * 500, words);

        int ReadAll()
        {
            reader.Append(received);
            var read = 0;
            while (reader.Read(isStranger: false) == ReadStatus.Complete)
                read += reader.Request.Count;
            reader.Release();
            return read;
        }
    }

    [Theory]
    [InlineData("*1048576\r\n$4\r\nPING")]
    [InlineData("GET\0\r\nPING\r\n")]
    public void It_waits_for_the_rest(string sent) => Assert.Empty(Read(sent, int.MaxValue));

    [Fact]
    public void What_is_only_announced_takes_no_memory()
    {
        using var reader = new RequestReader(new(1 << 30));
        var before = GC.GetAllocatedBytesForCurrentThread();
        reader.Append(new(Encoding.ASCII.GetBytes("*1000000\r\n$1000000000\r\nx")));

        Assert.Equal(ReadStatus.Incomplete, reader.Read(isStranger: false));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    // The words of each command, and the error that it ends with.
    private static List<string> Read(string sent, int size, bool isStranger = false)
    {
        using var reader = new RequestReader(new(MaxBytes));
        List<string> read = [];
        foreach (var piece in Encoding.Latin1.GetBytes(sent).Chunk(size))
        {
            reader.Append(new(piece));
            var status = reader.Read(isStranger);
            for (; status == ReadStatus.Complete; status = reader.Read(isStranger))
            {
                var request = reader.Request;
                if (request.Count > 0)
                    read.Add(string.Join('|', Enumerable.Range(0, request.Count).Select(index => Encoding.Latin1.GetString(request[index]))));
            }
            if (status == ReadStatus.Broken)
                return [.. read, reader.Error];
            reader.Release();
        }
        return read;
    }
}
