using WorkerStreams.Engine;
using static WorkerStreams.Configuration.Setting<WorkerStreams.Configuration.InProcessSettings>;
using Options = WorkerStreams.Engine.InProcessEngineOptions;

namespace WorkerStreams.Configuration;

/// <summary>The settings of the in-process engine and what is allowed for each. The options are immutable, so this holds the ones that are being made.</summary>
internal sealed class InProcessSettings(Options options)
{
    public static readonly Setting<InProcessSettings>[] Table =
    [
        Optional(nameof(Options.MaxMemory), TextForm.Size, (1L << 20, null), e => e.Options.MaxMemory, (e, value) => e.Options = e.Options with { MaxMemory = value }),
        Of(nameof(Options.MaxEntryBytes), TextForm.Size, (1, 1L << 30), e => e.Options.MaxEntryBytes, (e, value) => e.Options = e.Options with { MaxEntryBytes = (int)value }),
        Of(nameof(Options.NodeMaxEntries), TextForm.Number, (1, 10_000), e => e.Options.NodeMaxEntries, (e, value) => e.Options = e.Options with { NodeMaxEntries = (int)value }),
        Of(nameof(Options.NodeMaxBytes), TextForm.Size, (256, 1L << 20), e => e.Options.NodeMaxBytes, (e, value) => e.Options = e.Options with { NodeMaxBytes = (int)value }),
        OptionalText(nameof(Options.DataDirectory), 4096, e => e.Options.DataDirectory, (e, value) => e.Options = e.Options with { DataDirectory = value }),
        OneOf(nameof(Options.FlushPolicy), FlushPolicies, e => e.Options.FlushPolicy, (e, value) => e.Options = e.Options with { FlushPolicy = value }),
    ];

    private static (string Text, FlushPolicy Value)[] FlushPolicies => [.. Enum.GetValues<FlushPolicy>().Select(static policy => (policy.ToString(), policy))];

    public InProcessEngineOptions Options { get; private set; } = options;
}
