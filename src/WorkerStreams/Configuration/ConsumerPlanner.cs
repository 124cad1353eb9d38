using Polly.Registry;
using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>Makes the consumers' plans from code and configuration, and notes what is wrong with them.</summary>
internal sealed class ConsumerPlanner(
    ResiliencePipelineProvider<string>? pipelines, RegistrationChecks checks, ConfiguredSections sections, ICollection<string> errors)
{
    private readonly HashSet<(string Stream, string Group, string Consumer)> _consumers = [];

    public IReadOnlyList<ConsumerPlan> Plan(IReadOnlyList<ConsumerRegistration> registrations)
    {
        foreach (var clash in registrations.GroupBy(registration => registration.Name, StringComparer.OrdinalIgnoreCase).Where(sameName => sameName.Count() > 1))
            errors.Add($"{string.Join(" and ", clash.Select(registration => registration.Call))} have the same name '{clash.Key}'. Allowed: a name for each, by the argument 'name'.");
        return [.. registrations.Select(Plan).OfType<ConsumerPlan>()];
    }

    private ConsumerPlan? Plan(ConsumerRegistration registration)
    {
        var options = new StreamConsumerOptions();
        registration.Configure?.Invoke(options);
        var binding = new SettingsBinding<StreamConsumerOptions>(ConsumerSettings.Table, options, registration.Call, errors);
        binding.Bind(sections[ConfiguredSections.OfConsumer(registration.Name)]);
        RefuseConflicts(binding, options);
        var names = NameConsumer(binding, options, registration);
        return checks.Run(registration.Stream, registration.CheckCodec, registration.Call) ? Freeze(registration, options, names) : null;
    }

    private void RefuseConflicts(SettingsBinding<StreamConsumerOptions> binding, StreamConsumerOptions options)
    {
        if (options.Concurrency > options.PrefetchCount)
            binding.Refuse(nameof(options.Concurrency), nameof(options.PrefetchCount), "a Concurrency of at most PrefetchCount");
        if (options.RedeliveryDelay > options.MaxRedeliveryDelay)
            binding.Refuse(nameof(options.RedeliveryDelay), nameof(options.MaxRedeliveryDelay), "a RedeliveryDelay of at most MaxRedeliveryDelay");
        if (options.ResiliencePipeline is { } key && pipelines?.TryGetPipeline(key, out _) != true)
            binding.Refuse(nameof(options.ResiliencePipeline), "a key that AddResiliencePipeline has registered");
    }

    private ConsumerNames NameConsumer(SettingsBinding<StreamConsumerOptions> binding, StreamConsumerOptions options, ConsumerRegistration registration)
    {
        var (stream, group) = (registration.Stream, registration.Group);
        if (options.ConsumerName is not { } name)
        {
            return Enumerable.Range(1, int.MaxValue).Select(ordinal => new ConsumerNames(Environment.MachineName, ordinal, IsGiven: false))
                .First(names => names[0] != group && _consumers.Add((stream, group, $"{names[0]}")));
        }
        if (name == group)
            binding.Refuse(nameof(options.ConsumerName), "another name than the group's; instances of one name would take each other's entries");
        if (!_consumers.Add((stream, group, name)))
            binding.Refuse(nameof(options.ConsumerName), $"a name that no other consumer has in the group '{group}' of '{stream}'");
        return new(name, Ordinal: 1, IsGiven: true);
    }

    private static ConsumerPlan Freeze(ConsumerRegistration registration, StreamConsumerOptions options, ConsumerNames names) => new()
    {
        Name = registration.Name,
        Stream = registration.Stream,
        Group = registration.Group,
        Names = names,
        DeadLetterStream = new StreamName(registration.Stream).Companion("dead"),
        HandBackStream = new StreamName(registration.Stream).Companion("handed-back"),
        Concurrency = options.Concurrency,
        PrefetchCount = options.PrefetchCount,
        PrefetchBytes = options.PrefetchBytes,
        MinIdleTime = options.MinIdleTime,
        ReclaimInterval = options.ReclaimInterval,
        MaxDeliveries = options.MaxDeliveries,
        RedeliveryDelay = options.RedeliveryDelay,
        MaxRedeliveryDelay = options.MaxRedeliveryDelay,
        HandlerTimeout = options.HandlerTimeout,
        ResiliencePipeline = options.ResiliencePipeline,
        DeadLetterOn = [.. options.FinalExceptions],
        StartFrom = options.StartFrom,
        BlockTime = options.BlockTime,
    };
}
