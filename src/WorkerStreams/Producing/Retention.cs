using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>The trimming that goes with each append: made once, or for a limit by age once a second.</summary>
internal sealed class Retention(ProducerPlan plan, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    private readonly AppendOptions _unaged = plan.MaxLength is { } length
        ? new() { Trim = StreamTrim.MaxLength(length, approximate: true) }
        : AppendOptions.Default;

    // Written and read by any publisher; two that renew it at once do no harm.
    private volatile Aged? _aged;

    public AppendOptions Options => plan.MaxAge is { } age ? ByAge(age) : _unaged;

    private AppendOptions ByAge(TimeSpan age)
    {
        if (_aged is { } aged && time.GetElapsedTime(aged.MadeAt) < Refresh)
            return aged.Options;
        var oldest = (ulong)Math.Max(0, (time.GetUtcNow() - DateTimeOffset.UnixEpoch - age).Ticks / TimeSpan.TicksPerMillisecond);
        _aged = new(time.GetTimestamp(), new() { Trim = StreamTrim.MinId(new(oldest, 0), approximate: true) });
        return _aged.Options;
    }

    private sealed record Aged(long MadeAt, AppendOptions Options);
}
