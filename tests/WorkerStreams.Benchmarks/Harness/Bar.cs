namespace WorkerStreams.Benchmarks.Harness;

/// <summary>What a figure has to reach, or to stay within.</summary>
internal readonly record struct Bar
{
    private readonly double _limit;
    private readonly bool _isFloor;

    private Bar(double limit, bool isFloor) => (_limit, _isFloor) = (limit, isFloor);

    /// <summary>Half as hard.</summary>
    public Bar Halved => new(_isFloor ? _limit / 2 : _limit * 2, _isFloor);

    public static Bar AtLeast(double limit) => new(limit, isFloor: true);

    public static Bar AtMost(double limit) => new(limit, isFloor: false);

    public bool IsMetBy(double figure) => _isFloor ? figure >= _limit : figure <= _limit;

    public override string ToString() => $"{(_isFloor ? ">=" : "<=")} {_limit:0.###}";
}
