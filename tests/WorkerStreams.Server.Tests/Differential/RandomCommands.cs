using System.Globalization;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>Commands at random, most of them right, about few streams, groups and ids, so that they meet.</summary>
internal sealed class RandomCommands(int seed)
{
    private readonly Random _random = new(seed);

    // Ids go up, so that most appends succeed.
    private int _lastId;

    public string Next() => _random.Next(100) switch
    {
        < 25 => $"XADD {Key()} {Some("NOMKSTREAM ", 5)}{Some(Trim() + " ", 10)}{NewId()} {Fields()}",
        < 28 => $"XTRIM {Key()} {Trim()}",
        < 33 => $"XDEL {Key()} {Ids()}",
        < 35 => $"XLEN {Key()}",
        < 40 => $"{Of("XRANGE", "XREVRANGE")} {Key()} {Bound()} {Bound()}{Some($" COUNT {Count()}", 30)}",
        < 45 => $"XREAD {Some($"COUNT {Count()} ", 50)}{Some("BLOCK 1 ", 5)}STREAMS {Key()} {Key()} {Position("$")} {Position("$")}",
        < 50 => $"XGROUP CREATE {Key()} {Group()} {Position("$")}{Some(" MKSTREAM", 30)}",
        < 52 => $"XGROUP SETID {Key()} {Group()} {Position("$")}",
        < 53 => $"XGROUP DESTROY {Key()} {Group()}",
        < 54 => $"XGROUP DELCONSUMER {Key()} {Group()} {Consumer()}",
        < 70 => $"XREADGROUP GROUP {Group()} {Consumer()} {Some($"COUNT {Count()} ", 60)}{Some("NOACK ", 5)}STREAMS {Of($"{Key()} {New()}", $"{Key()} {New()}", $"{Key()} {Key()} {New()} {New()}", $"{Key()} {Key()} {Key()} {New()} {New()} {New()}")}",
        < 77 => $"XACK {Key()} {Group()} {Ids()}",
        < 82 => $"XPENDING {Key()} {Group()}{Some($"{Some($" IDLE {Of("0", "100000000", "-1")}", 20)} {Bound()} {Bound()} {Count()}{Some(" " + Consumer(), 40)}", 80)}",
        < 87 => $"XCLAIM {Key()} {Group()} {Consumer()} {Of("0", "0", "0", "100000000")} {Ids()}{Some(" FORCE", 20)}{Some(" JUSTID", 20)}{Some($" RETRYCOUNT {Count()}", 20)}{Some(Of(" IDLE 100", " IDLE -5", " TIME 0", " TIME 5000", " TIME -1", " TIME 99999999999999"), 25)}{Some($" LASTID {Id()}", 15)}",
        < 91 => $"XAUTOCLAIM {Key()} {Group()} {Consumer()} {Of("0", "0", "100000000")} {Bound()}{Some($" COUNT {Count()}", 40)}{Some(" JUSTID", 20)}",
        < 96 => $"XINFO {Of($"STREAM {Key()}", $"GROUPS {Key()}", $"CONSUMERS {Key()} {Group()}", $"STREAM {Key()} FULL")}",
        < 97 => $"DEL {Key()}",
        < 98 => $"{Of("EXISTS", "TYPE")} {Key()}",
        // Above all that was ever deleted.
        _ => $"XSETID {Key()} {_lastId + 2 + _random.Next(3)}-0{Some($" ENTRIESADDED {Count()}", 30)}{Some($" MAXDELETEDID {Id()}", 30)}",
    };

    private string Trim() => $"{Of("MAXLEN", "MINID")} {Of("= ", "", "~ ")}{_random.Next(12) + (_random.Next(2) * Math.Max(_lastId - 12, 0))}{Some($" LIMIT {Count()}", 15)}";

    private string NewId() => _random.Next(12) switch
    {
        0 => Id(),
        1 => $"{_lastId + 1}-*",
        _ => $"{++_lastId}-{_random.Next(2)}",
    };

    private string Id() => _random.Next(40) == 0 ? Of("x", "-", "1-x", "") + "\"\"" : $"{Math.Max(1, _lastId - _random.Next(15))}{Of("-0", "-1", "")}";

    private string Ids() => string.Join(' ', Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Id()));

    private string Bound() => _random.Next(4) switch
    {
        0 => "-",
        1 => "+",
        2 => "(" + Id(),
        _ => Id(),
    };

    private string Position(string special) => _random.Next(4) switch
    {
        0 => special,
        1 => "0",
        _ => Id(),
    };

    // What nobody was given yet, more often than not.
    private string New() => _random.Next(3) > 0 ? ">" : Position(">");

    private string Fields() => string.Join(' ', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => $"{Of("a", "b", "\"c d\"")} {_random.Next(100)}")) + Some(" odd", 2);

    private string Key() => Of("s", "s", "s", "t", "t", "u");

    private string Group() => Of("g", "g", "g", "h");

    private string Consumer() => Of("c", "d", "e");

    private string Count() => Of("1", "2", "3", "10", "0", "-1", (_random.Next(20) == 0 ? "x" : "5"));

    private string Some(string text, int percent) => _random.Next(100) < percent ? text : "";

    private string Of(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)].ToString(CultureInfo.InvariantCulture);
}
