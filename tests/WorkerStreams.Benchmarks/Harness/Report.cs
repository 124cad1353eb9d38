namespace WorkerStreams.Benchmarks.Harness;

/// <summary>Prints <c>name value unit ratio</c> lines with their bars beside them, and remembers whether one was missed.</summary>
internal sealed class Report(bool guard)
{
    private int _bars;
    private int _missed;

    public bool HasMissed => _missed > 0;

    public void Rate(string name, Result result, double? ratio = null, Bar? bar = null) =>
        Figure(name, result.MessagesPerSecond, "messages/s", ratio, bar);

    public void Allocated(string name, double bytesPerMessage, Bar? bar = null) =>
        Figure(name, bytesPerMessage, "bytes/message", null, bar);

    /// <summary>One line. The bar holds the ratio, where there is one, or else the value.</summary>
    public void Figure(string name, double value, string unit, double? ratio, Bar? bar)
    {
        Console.Write($"{name,-44} {value,12:0.#} {unit,-13} {(ratio is { } r ? $"{r:0.000}" : "-"),7}");
        if (bar is { } full)
        {
            var held = guard ? full.Halved : full;
            var met = held.IsMetBy(ratio ?? value);
            _bars++;
            _missed += met ? 0 : 1;
            Console.Write($"   {held} {(met ? "ok" : "MISSED")}");
        }
        Console.WriteLine();
    }

    /// <summary>The last line, which tells how many bars were missed.</summary>
    public void Sum() => Console.WriteLine($"{(HasMissed ? "MISSED" : "ok")}: {_missed} of {_bars} bars missed{(guard ? " (guard: half of each)" : "")}");
}
