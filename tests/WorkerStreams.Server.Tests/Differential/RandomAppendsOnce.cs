namespace WorkerStreams.Server.Tests.Differential;

/// <summary>Commands at random about appends that are to be done once (8.6), on ids that are ahead of any clock, so that the next one is known and none is forgotten for its age.</summary>
internal sealed class RandomAppendsOnce(int seed)
{
    private const long Ahead = 5_000_000_000_000;

    private readonly Random _random = new(seed);
    private readonly Queue<string> _first = new([$"XADD s {Ahead}-0 a 1", $"XADD t {Ahead}-0 a 1"]);

    public string Next() => _first.TryDequeue(out var first) ? first : _random.Next(100) switch
    {
        < 35 => $"XADD {Key()} {Options()}* {Fields()}",
        < 45 => $"XADD {Key()} {Options()}{Of("*", "*", $"{Ahead}-*", Id(), "x")} {Fields()}",
        < 60 => $"XIDMPRECORD {Key()} {Producer()} {IdOfProducer()} {Id()}",
        < 66 => $"XCFGSET {Key()}{Some($" IDMP-MAXSIZE {Limit()}", 80)}{Some($" IDMP-DURATION {Limit()}", 30)}{Some(" IDMP-MAXSIZE 5", 5)}",
        < 82 => $"XINFO STREAM {Key()}{Some(" FULL", 30)}",
        < 86 => $"XDEL {Key()} {Id()}",
        < 88 => $"XTRIM {Key()} MAXLEN {_random.Next(20)}",
        < 92 => $"{Of("COPY", "RENAMENX")} {Key()} {Key()}",
        < 94 => $"COPY {Key()} {Key()} REPLACE",
        < 96 => $"CONFIG SET stream-idmp-{Of("maxsize", "duration")} {Limit()}",
        < 97 => "CONFIG GET stream-idmp-maxsize",
        _ => $"XLEN {Key()}",
    };

    private string Options() => $"{Some("NOMKSTREAM ", 5)}{Once()}{Some($"MAXLEN {Of("= ", "")}{5 + _random.Next(20)} ", 10)}{Some(Once(), 3)}";

    private string Once() => _random.Next(5) == 0 ? $"IDMPAUTO {Producer()} " : $"IDMP {Producer()} {IdOfProducer()} ";

    private string Producer() => _random.Next(40) == 0 ? "\"\"" : Of("p", "q");

    private string IdOfProducer() => _random.Next(40) == 0 ? "\"\"" : $"{_random.Next(12)}";

    private string Id() => $"{Ahead}-{_random.Next(60)}";

    private string Limit() => _random.Next(8) == 0 ? Of("0", "-1", "10000", "10001", "86400", "86401", "x") : $"{1 + _random.Next(8)}";

    private string Fields() => string.Join(' ', Enumerable.Range(0, _random.Next(1, 3)).Select(_ => $"{Of("a", "b")} {_random.Next(3)}")) + Some(" odd", 2);

    // Both are made first and stay: an id by the clock would be another one with each server.
    private string Key() => Of("s", "s", "s", "t");

    private string Some(string text, int percent) => _random.Next(100) < percent ? text : "";

    private string Of(params ReadOnlySpan<string> choices) => choices[_random.Next(choices.Length)];
}
