using static System.TimeSpan;
using static WorkerStreams.Configuration.Setting<WorkerStreams.StreamConsumerOptions>;
using Options = WorkerStreams.StreamConsumerOptions;

namespace WorkerStreams.Configuration;

/// <summary>The settings of a consumer and what is allowed for each.</summary>
internal static class ConsumerSettings
{
    private static readonly TimeSpan Day = FromDays(1);

    public static readonly Setting<Options>[] Table =
    [
        Of(nameof(Options.Concurrency), TextForm.Number, (1, 10_000), o => o.Concurrency, (o, value) => o.Concurrency = (int)value),
        Of(nameof(Options.PrefetchCount), TextForm.Number, (1, 100_000), o => o.PrefetchCount, (o, value) => o.PrefetchCount = (int)value),
        Of(nameof(Options.PrefetchBytes), TextForm.Size, (1024, 1L << 30), o => o.PrefetchBytes, (o, value) => o.PrefetchBytes = value),
        Of(nameof(Options.MinIdleTime), TextForm.Duration, (FromMilliseconds(100), Day), o => o.MinIdleTime, (o, value) => o.MinIdleTime = value),
        Of(nameof(Options.ReclaimInterval), TextForm.Duration, (FromMilliseconds(100), Day), o => o.ReclaimInterval, (o, value) => o.ReclaimInterval = value),
        Of(nameof(Options.MaxDeliveries), TextForm.Number, (1, 1_000_000), o => o.MaxDeliveries, (o, value) => o.MaxDeliveries = (int)value),
        Of(nameof(Options.RedeliveryDelay), TextForm.Duration, (Zero, Day), o => o.RedeliveryDelay, (o, value) => o.RedeliveryDelay = value),
        Of(nameof(Options.MaxRedeliveryDelay), TextForm.Duration, (Zero, Day), o => o.MaxRedeliveryDelay, (o, value) => o.MaxRedeliveryDelay = value),
        Optional(nameof(Options.HandlerTimeout), TextForm.Duration, (FromMilliseconds(10), Day), o => o.HandlerTimeout, (o, value) => o.HandlerTimeout = value),
        OptionalText(nameof(Options.ResiliencePipeline), 256, o => o.ResiliencePipeline, (o, value) => o.ResiliencePipeline = value),
        OneOf(nameof(Options.StartFrom), [(nameof(GroupStart.Beginning), GroupStart.Beginning), (nameof(GroupStart.End), GroupStart.End)], o => o.StartFrom, (o, value) => o.StartFrom = value),
        OptionalText(nameof(Options.ConsumerName), 256, o => o.ConsumerName, (o, value) => o.ConsumerName = value),
        Of(nameof(Options.BlockTime), TextForm.Duration, (FromMilliseconds(10), FromHours(1)), o => o.BlockTime, (o, value) => o.BlockTime = value),
    ];
}
