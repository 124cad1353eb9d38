using static System.TimeSpan;
using static WorkerStreams.Configuration.Setting<WorkerStreams.WorkerStreamsHealthOptions>;
using Options = WorkerStreams.WorkerStreamsHealthOptions;

namespace WorkerStreams.Configuration;

/// <summary>The settings of the health checks and what is allowed for each.</summary>
internal static class HealthSettings
{
    public static readonly Setting<Options>[] Table =
    [
        Optional(nameof(Options.MaxLag), TextForm.Number, (0, null), o => o.MaxLag, (o, value) => o.MaxLag = value),
        Optional(nameof(Options.MaxOldestPending), TextForm.Duration, (FromSeconds(1), null), o => o.MaxOldestPending, (o, value) => o.MaxOldestPending = value),
        Of(nameof(Options.MaxSilence), TextForm.Duration, (FromSeconds(1), FromDays(1)), o => o.MaxSilence, (o, value) => o.MaxSilence = value),
        Of(nameof(Options.EngineTimeout), TextForm.Duration, (FromMilliseconds(10), FromHours(1)), o => o.EngineTimeout, (o, value) => o.EngineTimeout = value),
    ];
}
