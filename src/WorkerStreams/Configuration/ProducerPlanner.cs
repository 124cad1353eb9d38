namespace WorkerStreams.Configuration;

/// <summary>Makes the producers' plans from code and configuration, and notes what is wrong with them.</summary>
internal sealed class ProducerPlanner(RegistrationChecks checks, ConfiguredSections sections, ICollection<string> errors)
{
    public IReadOnlyDictionary<ProducerRegistration, ProducerPlan> Plan(IReadOnlyList<ProducerRegistration> registrations)
    {
        var distinct = registrations.DistinctBy(registration => (registration.Stream, registration.MessageType)).ToList();
        foreach (var twice in registrations.Except(distinct).Distinct())
            errors.Add($"{twice.Call} is called twice. Allowed: one producer of a message type for a stream.");
        var plans = distinct.ToDictionary(registration => registration, Plan);
        foreach (var stream in plans.GroupBy(producer => producer.Value.Stream))
            RefuseDisagreement([.. stream]);
        return plans;
    }

    // What one producer trims, another can't spare.
    private void RefuseDisagreement(IReadOnlyList<KeyValuePair<ProducerRegistration, ProducerPlan>> producers)
    {
        var sparing = producers.FirstOrDefault(producer => producer.Value.UntilAcknowledged);
        if (sparing.Value is not { } plan)
            return;
        foreach (var (other, _) in producers.Where(producer => producer.Value is { HasRetention: true } or { KeepForever: true } && !AreAlike(producer.Value, plan)))
        {
            errors.Add(
                $"{sparing.Key.Call}: UntilAcknowledged is 'true', but {other.Call} keeps other entries. "
                + "Allowed: the same MaxLength, MaxAge and UntilAcknowledged for all producers of a stream, or none.");
        }
    }

    private static bool AreAlike(ProducerPlan one, ProducerPlan other) =>
        (one.MaxLength, one.MaxAge, one.UntilAcknowledged) == (other.MaxLength, other.MaxAge, other.UntilAcknowledged);

    private ProducerPlan Plan(ProducerRegistration registration)
    {
        var options = new StreamProducerOptions();
        registration.Configure?.Invoke(options);
        var binding = new SettingsBinding<StreamProducerOptions>(ProducerSettings.Table, options, registration.Call, errors);
        binding.Bind(sections[ConfiguredSections.OfProducer(registration.Stream)]);
        RefuseConflicts(binding, options);
        checks.Run(registration.Stream, registration.CheckCodec, registration.Call);
        return new()
        {
            Stream = registration.Stream,
            MaxLength = options.MaxLength,
            MaxAge = options.MaxAge,
            UntilAcknowledged = options.UntilAcknowledged,
            KeepForever = options.KeepForever,
            MaxInFlight = options.MaxInFlight,
        };
    }

    private static void RefuseConflicts(SettingsBinding<StreamProducerOptions> binding, StreamProducerOptions options)
    {
        if (options is { MaxLength: not null, MaxAge: not null })
            binding.Refuse(nameof(options.MaxLength), nameof(options.MaxAge), "one of the two");
        if (options is { KeepForever: true, MaxLength: not null })
            binding.Refuse(nameof(options.KeepForever), nameof(options.MaxLength), "one of the two");
        if (options is { KeepForever: true, MaxAge: not null })
            binding.Refuse(nameof(options.KeepForever), nameof(options.MaxAge), "one of the two");
        if (options is { KeepForever: true, UntilAcknowledged: true })
            binding.Refuse(nameof(options.KeepForever), nameof(options.UntilAcknowledged), "one of the two");
    }
}
