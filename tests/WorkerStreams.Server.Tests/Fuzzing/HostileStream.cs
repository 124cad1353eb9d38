using System.Text;
using WorkerStreams.Server.Tests.Differential;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Fuzzing;

/// <summary>Bytes as a client would send them, broken in one of many ways or not at all.</summary>
internal sealed class HostileStream(Random random)
{
    private readonly RandomCommands _commands = new(random.Next());
    private readonly RandomKeyCommands _keyCommands = new(random.Next());

    public byte[] Make()
    {
        var stream = new StringBuilder();
        for (var left = random.Next(1, 30); left > 0; left--)
            stream.Append(Part());
        var bytes = Encoding.Latin1.GetBytes(stream.ToString());
        for (var flips = random.Next(4) == 0 ? random.Next(1, 10) : 0; flips > 0; flips--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private string Part() => random.Next(21) switch
    {
        0 => Noise(random.Next(1, 200)),
        1 => $"*{Number()}\r\n",
        2 => $"*1\r\n${Number()}\r\n",
        3 => $"*{random.Next(1, 5)}\r\n{Noise(10)}\r\n",
        4 => RespClient.Encode(Enumerable.Range(0, 1 + Length(2000)).Select(_ => Noise(random.Next(3)))),
        5 => RespClient.Encode("XADD", "s", "*", "a", new string('x', Length(300_000))),
        6 => RespClient.Encode("ECHO", Noise(random.Next(100))),
        7 => RespClient.Encode(Of("HELLO", "CLIENT", "COMMAND", "CONFIG", "INFO", "XINFO", "XGROUP"), Of("GET", "DOCS", "LIST", "3", "2", "FULL", Noise(5)), Of("*", "a", Noise(8))),
        8 => RespClient.Encode("XREAD", "BLOCK", Of("1", "0", "99999999999999", Noise(4)), "STREAMS", "nothing", Of("$", "0", "+")),
        9 => new string(Of("a", "\"", "'", "\\", "\0")[0], 1 + Length(70_000)),
        10 => Of("RESET\r\n", "\r\n", "*0\r\n", "\0\r\n", "\"\\x\r\n"),
        11 => RespClient.Encode("RESTORE", "s", "0", Noise(random.Next(100)), "REPLACE"),
        12 => _keyCommands.Next() + "\r\n",
        13 => RespClient.Encode(CommandLine.Split(_keyCommands.Next())),
        14 => _commands.Next() + "\r\n",
        15 => RespClient.Encode(Newer()),
        16 => RespClient.Encode(Own()),
        _ => RespClient.Encode(CommandLine.Split(_commands.Next())),
    };

    // What came after Redis 7.0, in any order.
    private IEnumerable<string> Newer()
    {
        yield return Of("XDELEX", "XACKDEL", "XNACK", "XCFGSET", "XIDMPRECORD", "XADD", "XTRIM", "XREADGROUP");
        yield return Of("s", "GROUP");
        yield return Of("g", "IDMP", "KEEPREF", "MAXLEN");
        for (var left = random.Next(2, 14); left > 0; left--)
        {
            yield return random.Next(5) == 0
                ? Number()
                : Of("g", "c", "s", "*", "1-0", "2-0", ">", "IDS", "FAIL", "SILENT", "FATAL", "FORCE", "RETRYCOUNT", "KEEPREF", "DELREF", "ACKED", "MAXLEN", "~", "IDMP", "IDMPAUTO", "p", "IDMP-DURATION", "IDMP-MAXSIZE", "CLAIM", "COUNT", "STREAMS", Noise(3));
        }
    }

    // The commands of our own, with words that they know in any order.
    private IEnumerable<string> Own()
    {
        yield return "WS." + Of("SETTLE", "CLAIM", "AUTOCLAIM", "HISTORY", "HOLD", "LEAVE", "COLLECT", "APPEND", "MOVE", "DELETE");
        yield return random.Next(4) == 0 ? Number() : Of("1", "2", "3");
        for (var left = random.Next(2, 16); left > 0; left--)
        {
            yield return random.Next(3) == 0
                ? Number()
                : Of("s", "s", "g", "g", "c", "{s}:holders", "", "2", "*", ">", "1-0", "1-0 2-0", "2-0 2-0 x", "ACK", "DEAD", "DELETE", "RENEW", "RELEASE", "UNSTARTED", "COUNT", "JUSTID", "MAXLEN", "XACKDEL", "DELREF", "f", Noise(3));
        }
    }

    // Seldom great.
    private int Length(int most) => random.Next(random.Next(20) == 0 ? most : most / 500);

    private string Number() => Of("-1", "0", "1", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "1048576", "1048577", "00", "1e3", "", " 1");

    private string Noise(int length) => string.Create(length, random, static (noise, random) =>
    {
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (char)random.Next(256);
    });

    private string Of(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];
}
