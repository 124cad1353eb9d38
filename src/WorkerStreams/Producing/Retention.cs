using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>
/// The trimming that goes with each append: made once, or for a limit by age once a second. What groups have acknowledged is not known to an append: of that
/// <see cref="AcknowledgedTrim"/> takes care.
/// </summary>
internal sealed class Retention(ProducerPlan plan, TimeProvider time)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    private readonly AppendOptions _unaged = plan is { UntilAcknowledged: false, MaxLength: { } length }
        ? new() { Trim = StreamTrim.MaxLength(length, approximate: true) }
        : AppendOptions.Default;

    // Written and read by any publisher; two that renew it at once do no harm.
    private volatile Aged? _aged;

    public AppendOptions Options => plan is { UntilAcknowledged: false, MaxAge: { } age } ? ByAge(age) : _unaged;

    /// <summary>The smallest id that an entry no older than <paramref name="age"/> may have.</summary>
    public static StreamEntryId OldestId(TimeSpan age, TimeProvider time) =>
        new((ulong)Math.Max(0, (time.GetUtcNow() - DateTimeOffset.UnixEpoch - age).Ticks / TimeSpan.TicksPerMillisecond), 0);

    private AppendOptions ByAge(TimeSpan age)
    {
        if (_aged is { } aged && time.GetElapsedTime(aged.MadeAt) < Refresh)
            return aged.Options;
        _aged = new(time.GetTimestamp(), new() { Trim = StreamTrim.MinId(OldestId(age, time), approximate: true) });
        return _aged.Options;
    }

    private sealed record Aged(long MadeAt, AppendOptions Options);
}
