using static WorkerStreams.Configuration.Setting<WorkerStreams.StreamProducerOptions>;
using Options = WorkerStreams.StreamProducerOptions;

namespace WorkerStreams.Configuration;

/// <summary>The settings of a producer and what is allowed for each.</summary>
internal static class ProducerSettings
{
    public static readonly Setting<Options>[] Table =
    [
        Optional(nameof(Options.MaxLength), TextForm.Number, (1, null), o => o.MaxLength, (o, value) => o.MaxLength = value),
        Optional(nameof(Options.MaxAge), TextForm.Duration, (TimeSpan.FromSeconds(1), null), o => o.MaxAge, (o, value) => o.MaxAge = value),
        OneOf(nameof(Options.UntilAcknowledged), [("true", true), ("false", false)], o => o.UntilAcknowledged, (o, value) => o.UntilAcknowledged = value),
        OneOf(nameof(Options.KeepForever), [("true", true), ("false", false)], o => o.KeepForever, (o, value) => o.KeepForever = value),
        Of(nameof(Options.MaxInFlight), TextForm.Number, (1, 100_000), o => o.MaxInFlight, (o, value) => o.MaxInFlight = (int)value),
    ];
}
