using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>
/// Of failures in a row only the first is news, and one of another kind; what is tried again and fails alike is told to those who debug. Used by one at a time.
/// </summary>
internal struct Failing
{
    private (Type, StreamErrorCode?)? _told;

    public LogLevel LevelOf(Exception error)
    {
        var kind = (error.GetType(), (error as StreamEngineException)?.Code);
        var isNews = _told != kind;
        _told = kind;
        return isNews ? LogLevel.Warning : LogLevel.Debug;
    }

    public void Over() => _told = null;
}
