using Microsoft.Extensions.Logging;

namespace WorkerStreams.Telemetry;

/// <summary>A log whose failures, as with an exception that cannot be shown, harm nobody who writes to it.</summary>
internal sealed class GuardedLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception) when (exception is not null)
        {
            Log(logLevel, eventId, state, exception: null, formatter);
        }
        catch (Exception)
        {
            // There is nowhere to tell it.
        }
    }
}
