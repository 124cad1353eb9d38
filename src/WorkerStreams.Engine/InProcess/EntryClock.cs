using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.InProcess;

/// <summary>The time for the ids of new entries, in milliseconds since 1970-01-01 UTC. Guarded by its shard's lock.</summary>
internal sealed class EntryClock(TimeProvider time, IdCeiling ids)
{
    private readonly bool _ofSystem = ReferenceEquals(time, TimeProvider.System);
    private long _tick = -1;
    private long _now;

    /// <summary>The time as it is.</summary>
    public long Now => _now = ids.Bound(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>
    /// Reading the system's clock costs as much as all the rest of an append in memory. So this is read anew only once the kernel's own tick has moved: it lags behind by one
    /// tick at most, 1 to 16 ms by platform. Idle times and leases never go by it.
    /// </summary>
    public long Recent
    {
        [SuppressMessage("ApiDesign", "RS0030", Justification = "Only tells whether the provider's time may have moved on.")]
        get
        {
            if (_ofSystem && _tick == Environment.TickCount64)
                return _now;
            _tick = Environment.TickCount64;
            return Now;
        }
    }
}
