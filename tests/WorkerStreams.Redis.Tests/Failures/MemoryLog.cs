using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>Keeps the lines, those of warnings and worse unless told otherwise.</summary>
internal sealed class MemoryLog(LogLevel least = LogLevel.Warning) : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            _lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception?.Message}");
    }

    public override string ToString() => string.Join('\n', _lines);

    public void Dispose()
    {
    }
}
