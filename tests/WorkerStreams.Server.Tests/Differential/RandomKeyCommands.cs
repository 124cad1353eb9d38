namespace WorkerStreams.Server.Tests.Differential;

/// <summary>Commands at random on keys of any type, in databases and transactions, between those on streams.</summary>
internal sealed class RandomKeyCommands(int seed)
{
    private readonly RandomCommands _streams = new(seed);
    private readonly Random _random = new(seed);
    private int _lastId;

    // What is left until EXEC; 0 is no transaction.
    private int _left;

    public string Next()
    {
        if (_left > 0)
            return --_left == 0 ? Of("EXEC", "EXEC", "EXEC", "DISCARD") : InTransaction();
        switch (_random.Next(100))
        {
            case < 30:
                return OnStreams();
            case < 36:
                _left = _random.Next(1, 6);
                return "MULTI";
            case < 40:
                return $"WATCH {Key()} {Key()}";
            case < 41:
                return "UNWATCH";
            default:
                return OnKeys();
        }
    }

    private string InTransaction() => _random.Next(20) == 0 ? Of("FOO", "XADD s", "MULTI", "WATCH s") : OnKeys();

    // Their replies are the same in a transaction.
    private string OnKeys() => _random.Next(100) switch
    {
        < 12 => $"XADD {Key()} {++_lastId + 1000}-1 a {_random.Next(10)}",
        < 16 => $"XLEN {Key()}",
        < 20 => $"XRANGE {Key()} - +",
        < 22 => $"XDEL {Key()} {_lastId + 1000}-1",
        < 25 => $"XREADGROUP GROUP g c BLOCK 1 STREAMS {Key()} 0",
        < 28 => $"XGROUP CREATE {Key()} g 0{Of(" MKSTREAM", "")}",
        < 33 => $"RENAME {Key()} {Key()}",
        < 36 => $"RENAMENX {Key()} {Key()}",
        < 41 => $"COPY {Key()} {Key()}{Of("", " REPLACE", " DB 1", " DB 1 REPLACE")}",
        < 44 => $"MOVE {Key()} {Database()}",
        < 47 => $"SELECT {Database()}",
        < 49 => $"SWAPDB {Database()} {Database()}",
        < 53 => $"SET {Key()} {_random.Next(100)}{Of("", " NX", " XX", " GET", " EXAT 4000000002", " KEEPTTL", " PX 0")}",
        < 56 => $"GET {Key()}",
        < 59 => $"{Of("INCR", "DECR")} {Key()}",
        < 61 => $"APPEND {Key()} 1",
        < 65 => $"{Of("LPUSH", "RPUSH")} {Key()} {_random.Next(10)} x",
        < 68 => $"{Of("LPOP", "RPOP")} {Key()}{Of("", " 1", " 5")}",
        < 70 => $"LRANGE {Key()} {_random.Next(-3, 3)} {_random.Next(-3, 3)}",
        < 73 => $"SADD {Key()} {_random.Next(2)}",
        < 74 => $"SREM {Key()} {_random.Next(2)}",
        < 75 => $"SCARD {Key()}",
        < 77 => $"HSET {Key()} f {_random.Next(3)}",
        < 78 => $"HGET {Key()} f",
        < 82 => $"DEL {Key()}",
        < 84 => $"EXISTS {Key()} {Key()}",
        < 87 => $"TYPE {Key()}",
        < 88 => "DBSIZE",
        < 90 => $"EXPIREAT {Key()} {Of("4000000000", "4000000001", "1")}{Of("", "", " NX", " XX", " GT", " LT")}",
        < 91 => $"PERSIST {Key()}",
        < 94 => $"{Of("EXPIRETIME", "PEXPIRETIME")} {Key()}",
        < 95 => Of("FLUSHDB", "FLUSHALL", "PING"),
        < 97 => $"BLPOP {Key()} {Key()} 0.001",
        _ => $"STRLEN {Key()}",
    };

    private string Key() => Of("s", "s", "t", "u");

    private string Database() => Of("0", "1");

    // Ids come from here, too, so that XSETID could go below one that is deleted, as 7.0 lets it.
    private string OnStreams()
    {
        string line;
        do
            line = _streams.Next();
        while (line.StartsWith("XSETID", StringComparison.Ordinal));
        return line;
    }

    private string Of(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];
}
