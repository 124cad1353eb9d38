using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkerStreams.Health;

/// <summary>Gathers what a check finds: the worst status counts, every problem is told, and the figures are data.</summary>
internal sealed class HealthFindings
{
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, object> _data = [];
    private HealthStatus _status = HealthStatus.Healthy;
    private Exception? _error;

    /// <summary>A figure of a consumer; null is left out.</summary>
    public void Add(string consumer, string figure, object? value)
    {
        if (value is not null)
            _data[$"{consumer}.{figure}"] = value;
    }

    public void Problem(HealthStatus status, string what, Exception? error = null)
    {
        // The greater the value, the better the health.
        if (status < _status)
            _status = status;
        _problems.Add(what);
        _error ??= error;
    }

    public HealthCheckResult ToResult(string whenHealthy) =>
        new(_status, _problems.Count > 0 ? string.Join(" ", _problems) : whenHealthy, _error, _data);
}
