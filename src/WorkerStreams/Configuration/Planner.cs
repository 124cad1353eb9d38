using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly.Registry;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Configuration;

/// <summary>Makes the one plan from all that was registered, or throws with all errors at once.</summary>
internal sealed class Planner
{
    private readonly IServiceProvider _services;
    private readonly ConsumerRegistration[] _consumers;
    private readonly ProducerRegistration[] _producers;
    private readonly EngineRegistration _engine;
    private readonly ConfiguredSections _sections;
    private readonly List<string> _errors = [];

    private Planner(IServiceProvider services)
    {
        _services = services;
        _consumers = [.. services.GetServices<ConsumerRegistration>()];
        _producers = [.. services.GetServices<ProducerRegistration>()];
        _engine = services.GetRequiredService<EngineRegistration>();
        string[] owners =
        [
            .. _consumers.Select(consumer => ConfiguredSections.OfConsumer(consumer.Name)),
            .. _producers.Select(producer => ConfiguredSections.OfProducer(producer.Stream)).Distinct(),
            ConfiguredSections.Engine,
            ConfiguredSections.Health,
        ];
        _sections = new(services.GetService<IConfiguration>(), owners, _engine.Section == ConfiguredSections.Engine ? null : _engine.Section, _errors);
    }

    /// <exception cref="WorkerStreamsConfigurationException">Anything is wrong.</exception>
    public static Plans Plan(IServiceProvider services) => new Planner(services).Plan();

    private Plans Plan()
    {
        var checks = new RegistrationChecks(_services.GetRequiredService<IMessageSerializer>(), _errors);
        var consumers = new ConsumerPlanner(_services.GetService<ResiliencePipelineProvider<string>>(), checks, _sections, _errors).Plan(_consumers);
        var producers = new ProducerPlanner(checks, _sections, _errors).Plan(_producers);
        var engine = PlanEngine();
        var health = PlanHealth();
        InjectionCheck.Run(_services.GetRequiredService<RegisteredServices>(), _producers, _errors);
        if (_errors.Count > 0)
            throw new WorkerStreamsConfigurationException([.. _errors.Distinct()]);
        WarnOfMissingRetention(producers.Values);
        return new(consumers, producers, engine, health);
    }

    private Func<IServiceProvider, IStreamEngine> PlanEngine()
    {
        if (_engine.Section != ConfiguredSections.Engine)
        {
            _errors.AddRange(_sections[ConfiguredSections.Engine]
                .Select(value => $"{value.Path} is '{value.Text}', but {_engine.Call} has replaced the in-process engine. Allowed: no such section."));
        }
        return _engine.Plan(_services, _engine.Section is { } section ? _sections[section] : [], _errors);
    }

    private HealthPlan PlanHealth()
    {
        var options = new WorkerStreamsHealthOptions();
        foreach (var registration in _services.GetServices<HealthRegistration>())
            registration.Configure(options);
        new SettingsBinding<WorkerStreamsHealthOptions>(HealthSettings.Table, options, "AddHealthChecks().AddWorkerStreams()", _errors).Bind(_sections[ConfiguredSections.Health]);
        return new(options.MaxLag, options.MaxOldestPending, options.MaxSilence, options.EngineTimeout);
    }

    private void WarnOfMissingRetention(IEnumerable<ProducerPlan> producers)
    {
        var logger = _services.GetRequiredService<ILoggerFactory>().CreateLogger("WorkerStreams");
        foreach (var stream in producers.GroupBy(producer => producer.Stream))
        {
            if (stream.All(producer => producer is { HasRetention: false, KeepForever: false }))
                ProducerLog.NoRetention(logger, stream.Key);
        }
    }
}
