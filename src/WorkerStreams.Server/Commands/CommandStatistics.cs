using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerStreams.Server.Commands;

/// <summary>What INFO tells of the commands that were carried out and of the errors that clients were told.</summary>
internal sealed class CommandStatistics
{
    // As in Redis: clients can make up no more than that.
    private const int MostErrors = 128;

    private readonly ConcurrentDictionary<string, long> _errors = [];
    private Figures[] _figures = New();

    /// <summary>The commands carried out.</summary>
    public long Calls => _figures.Sum(static figures => Volatile.Read(ref figures.Calls));

    /// <summary>The errors that clients were told.</summary>
    public long ErrorReplies => _errors.Values.Sum();

    public void Called(Command command, long begun, bool failed)
    {
        var figures = _figures[command.Number];
        Interlocked.Increment(ref figures.Calls);
        Interlocked.Add(ref figures.Time, Stopwatch.GetTimestamp() - begun);
        if (failed)
            Interlocked.Increment(ref figures.Failed);
    }

    /// <summary>It was not even begun.</summary>
    public void Rejected(Command command) => Interlocked.Increment(ref _figures[command.Number].Rejected);

    /// <param name="error">The text, whose first word is counted.</param>
    public void Told(ReadOnlySpan<byte> error)
    {
        var end = error.IndexOf((byte)' ');
        var word = CommandException.Repeat(end < 0 ? error : error[..end]);
        if (_errors.Count < MostErrors || _errors.ContainsKey(word))
            _errors.AddOrUpdate(word, 1, static (_, count) => count + 1);
    }

    /// <summary>CONFIG RESETSTAT.</summary>
    public void Reset()
    {
        _errors.Clear();
        _figures = New();
    }

    public IEnumerable<string> Commands() =>
        from command in CommandTable.Standard.All.Concat(CommandTable.Standard.All.SelectMany(static command => command.Subcommands))
        let figures = _figures[command.Number]
        let time = Stopwatch.GetElapsedTime(0, Volatile.Read(ref figures.Time)).TotalMicroseconds
        where figures.Calls > 0 || figures.Rejected > 0
        select FormattableString.Invariant(
            $"cmdstat_{command.Name}:calls={figures.Calls},usec={time:F0},usec_per_call={time / Math.Max(figures.Calls, 1):F2},rejected_calls={figures.Rejected},failed_calls={figures.Failed}");

    public IEnumerable<string> Errors() => _errors.OrderBy(static error => error.Key, StringComparer.Ordinal).Select(static error => $"errorstat_{error.Key}:count={error.Value}");

    private static Figures[] New() => [.. Enumerable.Range(0, CommandTable.Standard.Count).Select(static _ => new Figures())];

    private sealed class Figures
    {
        public long Calls, Time, Rejected, Failed;
    }
}
