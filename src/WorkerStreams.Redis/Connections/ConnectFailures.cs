using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkerStreams.Redis.Connections;

/// <summary>
/// Stands where the client's log goes and keeps the errors of the first connecting: what the client throws then tells little. Afterwards it only passes on.
/// </summary>
internal sealed class ConnectFailures(ILoggerFactory? inner) : ILoggerFactory
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<Exception> _seen = [];
    private volatile bool _ended;

    /// <summary>What the client has logged. It may give up on one thread before another has logged why, so a little is waited for the first.</summary>
    public IReadOnlyCollection<Exception> Seen()
    {
        SpinWait.SpinUntil(() => !_seen.IsEmpty, Patience);
        return _seen.ToArray();
    }

    public ILogger CreateLogger(string categoryName) => new Log(this, inner?.CreateLogger(categoryName) ?? NullLogger.Instance);

    public void AddProvider(ILoggerProvider provider) => inner?.AddProvider(provider);

    /// <summary>The connecting is over.</summary>
    public void Dispose()
    {
        _ended = true;
        _seen.Clear();
    }

    private sealed class Log(ConnectFailures owner, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel) || (!owner._ended && logLevel >= LogLevel.Warning);

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!owner._ended && exception is not null)
                owner._seen.Enqueue(exception);
            if (inner.IsEnabled(logLevel))
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
