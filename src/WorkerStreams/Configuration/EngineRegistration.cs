using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Configuration;

/// <summary>The engine that was chosen.</summary>
/// <param name="Call">The call in code that chose it, for messages.</param>
/// <param name="Section">Its section in configuration, or null where it has none.</param>
internal abstract record EngineRegistration(string Call, string? Section)
{
    /// <summary>What makes the engine by the settings of code and configuration, whose errors are noted.</summary>
    public abstract Func<IServiceProvider, IStreamEngine> Plan(IServiceProvider services, IEnumerable<ConfiguredValue> configured, ICollection<string> errors);
}

/// <summary>The engine in process.</summary>
/// <param name="Configure">Changes its options.</param>
internal sealed record InProcessRegistration(Func<InProcessEngineOptions, InProcessEngineOptions>? Configure = null)
    : EngineRegistration("UseInProcess", ConfiguredSections.Engine)
{
    public override Func<IServiceProvider, IStreamEngine> Plan(IServiceProvider services, IEnumerable<ConfiguredValue> configured, ICollection<string> errors)
    {
        var options = new InProcessEngineOptions { TimeProvider = services.GetRequiredService<TimeProvider>() };
        var settings = new InProcessSettings(Configure?.Invoke(options) ?? options);
        new SettingsBinding<InProcessSettings>(InProcessSettings.Table, settings, Call, errors).Bind(configured);
        return provider =>
        {
            var logger = new GuardedLogger(provider.GetRequiredService<ILoggerFactory>().CreateLogger("WorkerStreams"));
            return new InProcessStreamEngine(settings.Options with { JournalLog = settings.Options.JournalLog ?? (told => EngineLog.Tell(logger, told)) });
        };
    }
}

/// <summary>Another engine, about whose settings nothing is known here.</summary>
internal sealed record CustomRegistration(Func<IServiceProvider, IStreamEngine> Create) : EngineRegistration("UseEngine", Section: null)
{
    public override Func<IServiceProvider, IStreamEngine> Plan(IServiceProvider services, IEnumerable<ConfiguredValue> configured, ICollection<string> errors) => Create;
}

/// <summary>Another engine that has a section of its own.</summary>
internal sealed record CustomRegistration<TOptions>(
    EngineSettings<TOptions> Settings, Func<TOptions> Options, Func<IServiceProvider, TOptions, IStreamEngine> Create)
    : EngineRegistration(Settings.Call, Settings.Section)
    where TOptions : class
{
    public override Func<IServiceProvider, IStreamEngine> Plan(IServiceProvider services, IEnumerable<ConfiguredValue> configured, ICollection<string> errors)
    {
        var options = Options();
        new SettingsBinding<TOptions>(Settings.Table, options, Call, errors).Bind(configured);
        return provider => Create(provider, options);
    }
}
